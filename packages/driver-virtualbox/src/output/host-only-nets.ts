import { parseRecords } from "./records.js";

/** One of `VBoxManage list hostonlynets`: what VirtualBox 7 has on macOS instead of host-only interfaces. Its DHCP server is built in. */
export interface HostOnlyNet {
  readonly name: string;
  readonly isEnabled: boolean;
  readonly netmask: string;
  readonly lower: string;
  readonly upper: string;
}

/** Reads `VBoxManage list hostonlynets`. */
export function parseHostOnlyNets(text: string): readonly HostOnlyNet[] {
  return parseRecords(text, "Name").map((record) => ({
    name: record.get("Name") ?? "",
    isEnabled: record.get("State") === "Enabled",
    netmask: record.get("NetworkMask") ?? "",
    lower: record.get("LowerIP") ?? "",
    upper: record.get("UpperIP") ?? "",
  }));
}
