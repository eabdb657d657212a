import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { type LocalNetwork, parseIpv4Cidr } from "./ipv4.js";
import { parseRouteTable } from "./output/route-table.js";

/** What the driver must know of the computer it runs on. */
export interface Computer {
  readonly platform: NodeJS.Platform;
  /** `x64`, `arm64`. */
  readonly architecture: string;
  /** How many processors there are. */
  cpuCount(): number;
  /** The text of /etc/vbox/networks.conf, or `undefined`. */
  networksConf(): string | undefined;
  /** Those of cards without a carrier are missing where the system has no /proc/net/route. A network may be there twice. */
  localNetworks(): readonly LocalNetwork[];
}

/** The computer that this process runs on. */
export const thisComputer: Computer = {
  platform: process.platform,
  architecture: process.arch,
  cpuCount: () => navigator.hardwareConcurrency,
  networksConf: () => textOf("/etc/vbox/networks.conf"),
  localNetworks: () => [...networksWithCarrier(), ...parseRouteTable(textOf("/proc/net/route") ?? "")],
};

function networksWithCarrier(): LocalNetwork[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ cidr, internal }) => {
      const parsed = internal || cidr === null ? undefined : parseIpv4Cidr(cidr);
      return parsed === undefined ? [] : [{ name, cidr: parsed }];
    }),
  );
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
