import { DriverError } from "@docker-machine/driver-sdk";

/**
 * An IPv4 network: its first address is this computer's, the others are for hosts.
 *
 * @typedef {object} Subnet
 * @property {string} cidr
 * @property {string} gateway
 * @property {readonly string[]} hostAddresses
 */

const LARGEST_PREFIX = 29;
const SMALLEST_PREFIX = 20;

/**
 * @param {string} cidr
 * @returns {Subnet}
 * @throws {DriverError} `OPTION_INVALID`
 */
export function parseSubnet(cidr) {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const [a = 256, b = 256, c = 256, d = 256, prefix = 0] = (match ?? []).slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255) || prefix < SMALLEST_PREFIX || prefix > LARGEST_PREFIX) throw invalid(cidr);
  const size = 2 ** (32 - prefix);
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  if (first % size !== 0) throw invalid(cidr);
  const addresses = Array.from({ length: size - 2 }, (_, index) => dotted(first + 1 + index));
  return { cidr, gateway: addresses[0] ?? "", hostAddresses: addresses.slice(1) };
}

/** @param {number} address */
function dotted(address) {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}

/** @param {string} cidr */
function invalid(cidr) {
  return new DriverError(
    "OPTION_INVALID",
    `--nspawn-subnet is ${JSON.stringify(cidr)}, but it must be the first address of an IPv4 network and a prefix of ${SMALLEST_PREFIX} to ${LARGEST_PREFIX} bits.`,
    { suggestions: ["--nspawn-subnet 172.29.65.0/24"] },
  );
}
