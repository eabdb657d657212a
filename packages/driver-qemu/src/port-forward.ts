import { isIP } from "node:net";
import { invalidOption } from "./invalid-option.js";

/** A port of this computer that leads to one of the guest. */
export interface PortForward {
  /** An address of this computer, without brackets. */
  readonly address: string;
  readonly hostPort: number;
  readonly guestPort: number;
  readonly protocol: "tcp" | "udp";
}

const FLAG = "qemu-port";
const LOOPBACK = "127.0.0.1";

/**
 * Reads a value of `--qemu-port`: `[ADDRESS:]HOST:GUEST[/udp]`.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function parsePortForward(text: string): PortForward {
  const parts = /^(?:(?<address>[\d.]+):)?(?<host>\d{1,5}):(?<guest>\d{1,5})(?:\/(?<protocol>tcp|udp))?$/.exec(text)?.groups;
  const { address = LOOPBACK, host = "", guest = "", protocol = "tcp" } = parts ?? {};
  const [hostPort, guestPort] = [Number(host), Number(guest)];
  // QEMU's user networking forwards from IPv4 addresses only (its manual, -netdev user, hostfwd).
  if (parts === undefined || isIP(address) !== 4 || !isPort(hostPort) || !isPort(guestPort)) {
    throw invalidOption(FLAG, text, "[ADDRESS:]HOST:GUEST[/udp], with an IPv4 address and ports from 1 to 65535", "--qemu-port 8080:80");
  }
  return { address, hostPort, guestPort, protocol: protocol === "udp" ? "udp" : "tcp" };
}

/**
 * Checks that each forward has its form, that none is there twice, and that the network forwards ports at all.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function checkPortForwards({ ports, network }: { readonly ports: readonly string[]; readonly network: string }): void {
  const seen = new Set<string>();
  for (const text of ports) {
    const { address, hostPort, protocol } = parsePortForward(text);
    const place = `${address}:${hostPort}/${protocol}`;
    if (seen.has(place))
      throw invalidOption(FLAG, text, "a port of this computer that no other --qemu-port takes", "Give each forward a port of its own.");
    seen.add(place);
    if (network !== "user") {
      const why = "Leave it out: on this network the guest has an address of its own, and all its ports are reached there.";
      throw invalidOption(FLAG, text, `absent with --qemu-network ${network}`, why);
    }
  }
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}
