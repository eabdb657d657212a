import { DriverError } from "@docker-machine/driver-sdk";

/** Loaded when it is needed: who only wants a machine's address loads this file, too. */
const net = () => process.getBuiltinModule("node:net");

/** Everybody, by version of the Internet Protocol. */
export const EVERYBODY = { 4: "0.0.0.0/0", 6: "::/0" } as const;

/** A range of addresses, as AWS writes it: `203.0.113.0/24`. */
interface IpRange {
  readonly address: string;
  readonly prefix: number;
  readonly family: 4 | 6;
}

/**
 * Reads one `--amazonec2-ingress-cidr`: a range, or a single address.
 *
 * @returns it in CIDR notation
 * @throws {DriverError} `OPTION_INVALID`
 */
export function parseIngressCidr(text: string): string {
  const range = rangeOf(text.trim());
  if (range === undefined) {
    throw new DriverError("OPTION_INVALID", `--amazonec2-ingress-cidr is ${JSON.stringify(text)}, but it must be a range of addresses.`, {
      suggestions: ["--amazonec2-ingress-cidr 203.0.113.0/24", "Let everybody in: --amazonec2-ingress-cidr 0.0.0.0/0"],
    });
  }
  return `${range.address}/${range.prefix}`;
}

/** The range of one address: itself, or its IPv6 network, within which a computer changes its address daily (RFC 8981). */
export function rangeAround(address: string): string {
  return net().isIP(address) === 6 ? `${networkOf(address)}::/64` : `${address}/32`;
}

/** Whether all addresses of `inner` are in `outer`. */
export function containsRange(outer: string, inner: string): boolean {
  const [whole, part] = [rangeOf(outer), rangeOf(inner)];
  if (whole === undefined || part === undefined || whole.family !== part.family || whole.prefix > part.prefix) return false;
  const { BlockList } = net();
  const list = new BlockList();
  const family = whole.family === 4 ? "ipv4" : "ipv6";
  list.addSubnet(whole.address, whole.prefix, family);
  return list.check(part.address, family);
}

/** Whether a range is of IPv6 addresses. */
export function isIpv6Range(range: string): boolean {
  return range.includes(":");
}

function rangeOf(text: string): IpRange | undefined {
  const [address = "", prefixText, ...more] = text.split("/");
  const family = net().isIP(address);
  if (more.length > 0 || (family !== 4 && family !== 6)) return undefined;
  const longest = family === 4 ? 32 : 128;
  if (prefixText === undefined) return { address, prefix: longest, family };
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  return prefix >= 0 && prefix <= longest ? { address, prefix, family } : undefined;
}

/** The first four groups of an IPv6 address, whichever way it is written. */
function networkOf(address: string): string {
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const words = (text: string | undefined) => (text === undefined || text === "" ? [] : text.split(":"));
  const [before, after] = [words(head), words(tail)];
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  return [...before, ...zeros, ...after].slice(0, 4).join(":");
}
