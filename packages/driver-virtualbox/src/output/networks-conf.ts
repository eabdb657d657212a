import { type Ipv4Cidr, parseIpv4Cidr } from "../ipv4.js";

/** VirtualBox's own rule where /etc/vbox/networks.conf doesn't exist: the manual, chapter "Host-Only Networking". */
const DEFAULT_RANGE = "192.168.56.0/21";

/**
 * The IPv4 ranges that /etc/vbox/networks.conf allows for host-only interfaces. Lines are `* RANGE…`; `#` begins a comment; IPv6 ranges are left out.
 *
 * @param text `undefined` if there is no such file
 */
export function allowedRanges(text: string | undefined): readonly Ipv4Cidr[] {
  const lines = (text ?? `* ${DEFAULT_RANGE}`).split(/\r?\n/).map((line) => line.replace(/#.*/, "").trim());
  const words = lines.flatMap((line) => (line.startsWith("*") ? line.slice(1).split(/[\s,]+/) : []));
  return words.flatMap((word) => parseIpv4Cidr(word) ?? []);
}
