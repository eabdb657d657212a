import { isIP } from "node:net";
import type { NetworkInterface, NetworkRoute } from "./network-config.js";
import { seedInvalid } from "./seed-invalid.js";

/**
 * The same card, if each of its values has the form it must have.
 *
 * @throws {DriverError} `SEED_INVALID`
 */
export function checkedInterface(card: NetworkInterface): NetworkInterface {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(card.macAddress)) {
    throw seedInvalid("a network card with the address", card.macAddress, "six pairs of hexadecimal digits joined by colons");
  }
  for (const address of card.addresses ?? [])
    if (!isNetwork(address)) throw seedInvalid("the address", address, "an IP address and its prefix: 192.168.59.10/24");
  for (const server of card.nameservers ?? []) if (isIP(server) === 0) throw seedInvalid("the name server", server, "an IP address");
  for (const route of card.routes ?? []) checkRoute(route);
  return card;
}

function checkRoute({ metric, to, via }: NetworkRoute): void {
  if (to !== "default" && !isNetwork(to)) throw seedInvalid("a route to", to, "`default`, or a network such as 10.0.0.0/8");
  if (isIP(via) === 0) throw seedInvalid("a route by way of", via, "an IP address");
  if (metric !== undefined && !(Number.isInteger(metric) && metric >= 0 && metric <= 0xffffffff)) {
    throw seedInvalid("a route of the metric", String(metric), "a whole number");
  }
}

function isNetwork(text: string): boolean {
  const [address = "", prefix = "", ...rest] = text.split("/");
  const version = isIP(address);
  return version !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}
