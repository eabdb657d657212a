import { isIPv4, isIPv6 } from "node:net";

/** The n-th address of an IPv4 network in CIDR notation. */
export function ipv4At(cidr: string, n: number): string {
  const number = ipv4Number(cidr.split("/")[0] ?? "") + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

/** The n-th address of an IPv6 network of /64, n below 65536. */
export function ipv6At(cidr: string, n: number): string {
  return `${(cidr.split("/")[0] ?? "").replace(/::$/, "")}::${n.toString(16)}`;
}

/** How many addresses an IPv4 network has. */
export function ipv4Size(cidr: string): number {
  return 2 ** (32 - Number(cidr.split("/")[1]));
}

/** An IPv4 network as AWS keeps it, without the host's bits: `203.0.113.0/24` for `203.0.113.7/24`; `undefined` if it's none. */
export function canonicalIpv4(cidr: string): string | undefined {
  const [address = "", length = "", ...rest] = cidr.split("/");
  if (!isIPv4(address) || !/^\d{1,2}$/.test(length) || Number(length) > 32 || rest.length > 0) return undefined;
  const size = 2 ** (32 - Number(length));
  return `${ipv4At(`${address}/32`, -(ipv4Number(address) % size))}/${Number(length)}`;
}

/** An IPv6 network in lower case; `undefined` if it's none. */
export function canonicalIpv6(cidr: string): string | undefined {
  const [address = "", length = "", ...rest] = cidr.split("/");
  if (!isIPv6(address) || address.includes("%") || !/^\d{1,3}$/.test(length) || Number(length) > 128 || rest.length > 0) return undefined;
  return `${address.toLowerCase()}/${Number(length)}`;
}

function ipv4Number(address: string): number {
  return address.split(".").reduce((number, part) => number * 256 + Number(part), 0);
}
