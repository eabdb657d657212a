/** An IPv4 address as a number; undefined where the text is none. */
export function addressNumber(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The prefix length of a netmask; undefined where it is none. */
export function prefixOf(netmask: string): number | undefined {
  const mask = addressNumber(netmask);
  if (mask === undefined) return undefined;
  const prefix = 32 - Math.log2(2 ** 32 - mask);
  return Number.isInteger(prefix) ? prefix : undefined;
}

/** Whether an address lies in a network. */
export function isInNetwork(address: number, network: number, prefix: number): boolean {
  const size = 2 ** (32 - prefix);
  return Math.floor(address / size) === Math.floor(network / size);
}
