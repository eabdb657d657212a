import { DriverError } from "@docker-machine/driver-sdk";
import { formatIpv4, type Ipv4Cidr, networkOf, parseIpv4Cidr, sizeOf } from "./ipv4.js";

/**
 * Reads `--virtualbox-hostonly-cidr`: this computer's address in the host-only network, and the network's size.
 *
 * @throws {DriverError} `OPTION_INVALID` for another form, the network's first or last address, or a network without room for a DHCP server
 */
export function parseHostOnlyCidr(text: string): Ipv4Cidr {
  const cidr = parseIpv4Cidr(text);
  if (cidr === undefined) throw invalid(text, "an address with a prefix, such as 192.168.59.1/24");
  if (cidr.prefix < 8 || cidr.prefix > 28) throw invalid(text, "a network with a prefix from 8 to 28");
  const offset = cidr.address - networkOf(cidr);
  if (offset === 0 || offset === sizeOf(cidr) - 1)
    throw invalid(text, "the address of this computer in the network, not that of the network itself");
  return cidr;
}

/** Which addresses of a host-only network are for what. */
export interface HostOnlyAddresses {
  /** The DHCP server's own. */
  readonly server: string;
  /** The first and the last that it gives away. */
  readonly lower: string;
  readonly upper: string;
}

/** The addresses of a host-only network beside this computer's: in a /24 the Go program's .100 to .254, in others alike. */
export function hostOnlyAddresses(cidr: Ipv4Cidr): HostOnlyAddresses {
  const network = networkOf(cidr);
  const size = sizeOf(cidr);
  const own = cidr.address - network;
  const free = [2, 3, 4].filter((offset) => offset !== own);
  const lower = Math.max(5, Math.floor((size * 100) / 256));
  return {
    server: formatIpv4(network + (free[0] ?? 2)),
    lower: formatIpv4(network + (lower === own ? lower + 1 : lower)),
    upper: formatIpv4(network + (size - 2 === own ? size - 3 : size - 2)),
  };
}

function invalid(text: string, wanted: string): DriverError {
  return new DriverError("OPTION_INVALID", `--virtualbox-hostonly-cidr is ${JSON.stringify(text)}, but it must be ${wanted}.`, {
    suggestions: ["--virtualbox-hostonly-cidr 192.168.59.1/24"],
  });
}
