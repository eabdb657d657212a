import { type LocalNetwork, parseIpv4, prefixOfNetmask } from "../ipv4.js";

/** RTF_UP and RTF_GATEWAY of Linux's include/uapi/linux/route.h. */
const IS_UP = 0x1;
const HAS_GATEWAY = 0x2;

/** The largest private network (RFC 1918, section 3); what is larger is the default route, or a half of it, as VPNs lay it. */
const SMALLEST_PREFIX = 8;

/**
 * The networks that the kernel reaches without a gateway, by the text of Linux's /proc/net/route (proc_net(5)). Unlike the list of addresses that Node has, those of cards without a carrier are among them: a bridge without a guest.
 */
export function parseRouteTable(text: string): LocalNetwork[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", destination = "", , flags = "", , , , mask = ""] = line.split("\t");
    const [address, prefix] = [parseIpv4(addressOf(destination)), prefixOfNetmask(addressOf(mask))];
    const isConnected = (Number.parseInt(flags, 16) & (IS_UP | HAS_GATEWAY)) === IS_UP;
    if (address === undefined || prefix === undefined || prefix < SMALLEST_PREFIX || !isConnected) return [];
    return [{ name, cidr: { address, prefix } }];
  });
}

/** Dotted form of an address that is spelled as the hexadecimal number which a little-endian processor reads of it. Those are all that Node runs on but s390x. */
function addressOf(hexadecimal: string): string {
  return [...hexadecimal.matchAll(/[0-9A-F]{2}/gi)]
    .reverse()
    .map(([byte]) => Number.parseInt(byte, 16))
    .join(".");
}
