import { DriverError } from "@docker-machine/driver-sdk";

import {
  contains,
  formatIpv4,
  formatIpv4Cidr,
  type Ipv4Cidr,
  type LocalNetwork,
  networkOf,
  overlap,
  parseIpv4Cidr,
  sizeOf,
} from "./ipv4.js";
import { DEFAULT_HOST_ONLY_CIDR } from "./options.js";

/** A network that a new host-only network must not overlap. */
export interface TakenNetwork extends LocalNetwork {
  /** Whether it is a host-only network itself: then the same address is no obstacle, since machines share it. Default: false. */
  readonly isHostOnly?: boolean;
}

/** What the choice of a host-only network's addresses depends on. */
export interface RangeFacts {
  /** What VirtualBox allows; `undefined` where it allows all. */
  readonly allowed: readonly Ipv4Cidr[] | undefined;
  /** Networks that this computer is in already. */
  readonly taken: readonly TakenNetwork[];
}

/** The Go program's default, and ours: they stand for "any". */
const DEFAULTS = [DEFAULT_HOST_ONLY_CIDR, "192.168.99.1/24"];

const SMALLEST_PREFIX = 28;
const USUAL_PREFIX = 24;
const TRIED_PER_RANGE = 64;

/**
 * The addresses for a new host-only network: the wished ones if VirtualBox allows them and they are free. Of a default wish, any that are.
 *
 * @throws {DriverError} `VIRTUALBOX_RANGE_REFUSED` (quoting the line for /etc/vbox/networks.conf), `VIRTUALBOX_RANGE_TAKEN`
 */
export function chooseRange(wish: Ipv4Cidr, facts: RangeFacts): Ipv4Cidr {
  const candidates = DEFAULTS.includes(formatIpv4Cidr(wish)) ? [wish, ...candidatesIn(facts.allowed)] : [wish];
  const chosen = candidates.find((candidate) => isAllowed(candidate, facts) && takenBy(candidate, facts) === undefined);
  if (chosen !== undefined) return chosen;
  if (!isAllowed(wish, facts)) throw refused(wish, facts.allowed ?? []);
  throw taken(wish, takenBy(wish, facts)?.name ?? "another");
}

function isAllowed(cidr: Ipv4Cidr, { allowed }: RangeFacts): boolean {
  return allowed === undefined || allowed.some((range) => contains(range, cidr));
}

function isSame(one: Ipv4Cidr, other: Ipv4Cidr): boolean {
  return one.address === other.address && one.prefix === other.prefix;
}

function takenBy(cidr: Ipv4Cidr, facts: RangeFacts): TakenNetwork | undefined {
  return facts.taken.find(({ cidr: other, isHostOnly }) => overlap(other, cidr) && !(isHostOnly === true && isSame(other, cidr)));
}

/** Networks of the usual size inside each allowed range, or the whole range if it is smaller. */
function candidatesIn(allowed: readonly Ipv4Cidr[] | undefined): Ipv4Cidr[] {
  const ranges = allowed ?? [parseIpv4Cidr(DEFAULT_HOST_ONLY_CIDR.replace(/\/\d+$/, "/21"))].filter((range) => range !== undefined);
  return ranges.flatMap((range) => {
    if (range.prefix > SMALLEST_PREFIX) return [];
    const prefix = Math.max(range.prefix, USUAL_PREFIX);
    const count = Math.min(TRIED_PER_RANGE, sizeOf(range) / sizeOf({ prefix }));
    return Array.from({ length: count }, (_, index) => ({ address: networkOf(range) + index * sizeOf({ prefix }) + 1, prefix }));
  });
}

function refused(wish: Ipv4Cidr, allowed: readonly Ipv4Cidr[]): DriverError {
  const line = `* ${formatIpv4(networkOf(wish))}/${wish.prefix}`;
  const ranges = allowed.map((range) => formatIpv4Cidr(range)).join(", ") || "none";
  return new DriverError(
    "VIRTUALBOX_RANGE_REFUSED",
    `VirtualBox allows no host-only network at ${formatIpv4Cidr(wish)}: the allowed ranges are ${ranges}. This line in /etc/vbox/networks.conf allows it: ${line}`,
    {
      suggestions: [
        `sudo mkdir -p /etc/vbox && echo '${line}' | sudo tee -a /etc/vbox/networks.conf`,
        "Or leave out --virtualbox-hostonly-cidr",
      ],
    },
  );
}

function taken(wish: Ipv4Cidr, name: string): DriverError {
  return new DriverError(
    "VIRTUALBOX_RANGE_TAKEN",
    `This computer's network card "${name}" is already in the network of ${formatIpv4Cidr(wish)}, so a host-only network there could not be reached.`,
    { suggestions: ["Choose another with --virtualbox-hostonly-cidr, such as 192.168.60.1/24"] },
  );
}
