/**
 * The IPv4 address that `ip addr show` tells for a network card.
 *
 * @param macAddress twelve hexadecimal digits, with or without colons
 */
export function addressOfCard(text: string, macAddress: string): string | undefined {
  const wanted = macAddress.replaceAll(":", "").toLowerCase();
  let isWanted = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\d+: /.test(line)) isWanted = false;
    const mac = /^\s+link\/ether ([0-9a-f:]{17})/i.exec(line)?.[1];
    if (mac !== undefined) isWanted = mac.replaceAll(":", "").toLowerCase() === wanted;
    const address = /^\s+inet ([\d.]+)/.exec(line)?.[1];
    if (isWanted && address !== undefined) return address;
  }
  return undefined;
}
