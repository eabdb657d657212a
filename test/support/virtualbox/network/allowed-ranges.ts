import { existsSync, readFileSync } from "node:fs";
import type { Edition } from "../model/edition.ts";
import { addressNumber, isInNetwork } from "./addresses.ts";

/** What may be used without a networks.conf (NetIf-linux.cpp / HostImpl: VBOXNET_DEFAULT_IPV4…, manual "Host-Only Networking"). */
const STANDARD_RANGES = ["192.168.56.0/21", "fe80::/10"];

/**
 * Whether a host-only interface may have that address. Lines of networks.conf begin with `*` and hold networks, any number of
 * them; `#` begins a comment. The file replaces the standard range (HostNetworkInterface, loadHostNetworkConfig: VBoxNetAdpCtl.cpp).
 */
export function isAllowedAddress(address: string, edition: Edition): boolean {
  if (!edition.limitsHostOnlyRanges) return true;
  return allowedRanges(edition.networksConfiguration).some((range) => isInRange(address, range));
}

function allowedRanges(path: string): string[] {
  if (!existsSync(path)) return STANDARD_RANGES;
  const lines = readFileSync(path, "utf8").split("\n");
  return lines
    .filter((line) => line.trim().startsWith("*"))
    .flatMap((line) =>
      line
        .trim()
        .slice(1)
        .trim()
        .split(/[\s,]+/)
        .filter((word) => word !== ""),
    );
}

function isInRange(address: string, range: string): boolean {
  const [network, prefix] = range.split("/");
  if (network === undefined || prefix === undefined) return false;
  if (address.includes(":"))
    return (
      network.includes(":") &&
      (Number(prefix) === 0 || address.toLowerCase().startsWith(network.toLowerCase().replace(/::?$/, "").slice(0, 3)))
    );
  const [own, base] = [addressNumber(address), addressNumber(network)];
  return own !== undefined && base !== undefined && isInNetwork(own, base, Number(prefix));
}
