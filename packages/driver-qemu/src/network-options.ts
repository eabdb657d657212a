import { isIP } from "node:net";
import { invalidOption } from "./invalid-option.js";

/** What tells how the guest is connected. */
export interface NetworkOptions {
  readonly network: string;
  readonly networkBridge: string;
  readonly networkInterface: string;
  readonly networkAddress: string | undefined;
  readonly networkGateway: string | undefined;
  readonly networkDns: readonly string[];
}

/**
 * Checks the forms of addresses and device names, and that fixed addresses are given only where they count.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function checkNetworkOptions(options: NetworkOptions): void {
  checkDeviceName("qemu-network-bridge", options.networkBridge);
  checkDeviceName("qemu-network-interface", options.networkInterface);
  const { network, networkAddress, networkGateway, networkDns } = options;
  if (networkAddress !== undefined) {
    if (network === "user") {
      const why = "Leave it out, or choose --qemu-network bridge or tap.";
      throw invalidOption("qemu-network-address", networkAddress, "absent with --qemu-network user", why);
    }
    checkPrefixed(networkAddress);
  }
  for (const [flag, addresses] of [
    ["qemu-network-gateway", networkGateway === undefined ? [] : [networkGateway]],
    ["qemu-network-dns", networkDns],
  ] as const) {
    for (const address of addresses) {
      if (isIP(address) === 0) throw invalidOption(flag, address, "an IP address", `--${flag} 192.0.2.1`);
      if (networkAddress === undefined) {
        throw invalidOption(
          flag,
          address,
          "absent without --qemu-network-address",
          "Add --qemu-network-address 192.0.2.10/24, or leave it out.",
        );
      }
    }
  }
}

/** The address of `192.0.2.10/24`. */
export function withoutPrefix(address: string): string {
  return address.slice(0, address.lastIndexOf("/"));
}

function checkPrefixed(text: string): void {
  const parts = /^(?<address>[^/]+)\/(?<prefix>\d{1,3})$/.exec(text)?.groups;
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(parts?.address ?? "")] ?? 0;
  if (parts === undefined || bits === 0 || Number(parts.prefix) < 1 || Number(parts.prefix) > bits) {
    throw invalidOption(
      "qemu-network-address",
      text,
      "an address with the length of its network's prefix",
      "--qemu-network-address 192.0.2.10/24",
    );
  }
}

/** Linux: at most 15 bytes, neither spaces nor slashes; QEMU's own option syntax forbids nothing more, since commas are doubled. */
function checkDeviceName(flag: string, name: string): void {
  if (!/^[^\s/]{1,64}$/.test(name)) throw invalidOption(flag, name, "the name of a network device", `--${flag} br0`);
}
