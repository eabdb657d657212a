import { parseRecords } from "./records.js";

/** One line-up of `VBoxManage list hostonlyifs`: a network card of this computer that virtual machines are behind. */
export interface HostOnlyInterface {
  /** `vboxnet0`; on Windows a name with spaces. */
  readonly name: string;
  /** Dotted, `0.0.0.0` or empty while it has none. */
  readonly address: string;
  readonly netmask: string;
  /** What its DHCP server is known by. */
  readonly networkName: string;
}

/** Reads `VBoxManage list hostonlyifs`. */
export function parseHostOnlyInterfaces(text: string): readonly HostOnlyInterface[] {
  return parseRecords(text, "Name").map((record) => ({
    name: record.get("Name") ?? "",
    address: record.get("IPAddress") ?? "",
    netmask: record.get("NetworkMask") ?? "",
    networkName: record.get("VBoxNetworkName") ?? "",
  }));
}

/** The name of the interface that `VBoxManage hostonlyif create` made, or `undefined`. */
export function parseCreatedInterface(text: string): string | undefined {
  return /Interface '(.+)' was successfully created/.exec(text)?.[1];
}
