/** An IPv4 address as a number below 2^32. */
export type Ipv4 = number;

/** An address and the network around it. */
export interface Ipv4Cidr {
  readonly address: Ipv4;
  readonly prefix: number;
}

/** A network that this computer is in. */
export interface LocalNetwork {
  /** The network card's name. */
  readonly name: string;
  readonly cidr: Ipv4Cidr;
}

/** The address that `text` spells, or `undefined`. */
export function parseIpv4(text: string): Ipv4 | undefined {
  const parts = text.trim().split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((address, part) => address * 256 + Number(part), 0);
}

/** Dotted form. */
export function formatIpv4(address: Ipv4): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

/** `10.0.0.0/8` as an address and its network, or `undefined`. */
export function parseIpv4Cidr(text: string): Ipv4Cidr | undefined {
  const [, addressText = "", prefixText = ""] = /^([\d.]+)\/(\d{1,2})$/.exec(text.trim()) ?? [];
  const address = parseIpv4(addressText);
  const prefix = Number(prefixText);
  return address === undefined || prefix > 32 ? undefined : { address, prefix };
}

/** `ADDRESS/PREFIX`. */
export function formatIpv4Cidr({ address, prefix }: Ipv4Cidr): string {
  return `${formatIpv4(address)}/${prefix}`;
}

/** How many addresses the network has. */
export function sizeOf({ prefix }: Pick<Ipv4Cidr, "prefix">): number {
  return 2 ** (32 - prefix);
}

/** The network's first address. */
export function networkOf(cidr: Ipv4Cidr): Ipv4 {
  return cidr.address - (cidr.address % sizeOf(cidr));
}

/** The mask in dotted form: `255.255.255.0`. */
export function netmaskOf({ prefix }: Pick<Ipv4Cidr, "prefix">): string {
  return formatIpv4(2 ** 32 - sizeOf({ prefix }));
}

/** The prefix that a mask in dotted form spells, or `undefined`. */
export function prefixOfNetmask(text: string): number | undefined {
  const mask = parseIpv4(text);
  if (mask === undefined) return undefined;
  const size = 2 ** 32 - mask;
  const bits = Math.log2(size);
  return Number.isInteger(bits) ? 32 - bits : undefined;
}

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: Ipv4Cidr, inner: Ipv4Cidr): boolean {
  return inner.prefix >= outer.prefix && networkOf({ ...inner, prefix: outer.prefix }) === networkOf(outer);
}

/** Whether two networks share an address. */
export function overlap(one: Ipv4Cidr, other: Ipv4Cidr): boolean {
  return contains(one, other) || contains(other, one);
}
