import { DOCKER_TLS_PORT } from "@docker-machine/driver-sdk";
import { withoutPrefix } from "./network-options.js";
import type { QemuOptions } from "./options.js";
import { parsePortForward } from "./port-forward.js";
import type { Network } from "./virtual-machine.js";

/** Where user networking's forwarded ports are. */
export const LOOPBACK = "127.0.0.1";

/** The port of the guest's SSH server. */
export const SSH_PORT = 22;

/** The ports of 127.0.0.1 that lead to SSH and Docker. */
export interface MachinePorts {
  readonly ssh: number;
  readonly engine: number;
}

/** User networking: nothing of the guest is reached but what is forwarded, and that from this computer only, unless the user says otherwise. */
export function userNetwork(options: QemuOptions, { ssh, engine }: MachinePorts): Network {
  const forward = (hostPort: number, guestPort: number) => ({ address: LOOPBACK, hostPort, guestPort, protocol: "tcp" }) as const;
  return { type: "user", forwards: [forward(ssh, SSH_PORT), forward(engine, DOCKER_TLS_PORT), ...options.ports.map(parsePortForward)] };
}

/** A network on which the guest has an address of its own. */
export function ownAddressNetwork({ network, networkBridge, networkInterface }: QemuOptions): Network {
  switch (network) {
    case "bridge":
      return { type: "bridge", bridge: networkBridge };
    case "tap":
      return { type: "tap", device: networkInterface };
    default:
      return { type: "vmnet-shared" };
  }
}

/** The guest's address where the user has fixed it. */
export function fixedAddress({ networkAddress }: QemuOptions): string | undefined {
  return networkAddress === undefined ? undefined : withoutPrefix(networkAddress);
}
