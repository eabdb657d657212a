import type { BaseDriver, SshEndpoint } from "@docker-machine/driver-sdk";
import type { Dial } from "../engine/tls-request.js";
import type { ConnectOptions } from "../ssh/connect.js";
import type { SshConnection } from "../ssh/ssh-connection.js";
import type { MachineContext } from "./machine-context.js";
import { connectOptions } from "./machine-host.js";
import type { OpenMachine } from "./open-machine.js";

/** How an {@link EngineTunnel} logs in. */
export interface EngineTunnelOptions {
  /** Milliseconds that the host may take to let us in. Default: it must at once. */
  readonly waitMs?: number;
  readonly sharedJumps?: NonNullable<ConnectOptions["sharedJumps"]>;
}

/** Where a machine is logged in to, if that goes through a jump host. */
export type JumpedEndpoint = SshEndpoint & { readonly jump: SshEndpoint };

/** `undefined` for a machine that is reached straight; also if its driver can't tell now how to log in. */
export async function jumpedEndpoint(driver: BaseDriver): Promise<JumpedEndpoint | undefined> {
  const endpoint = await driver.sshEndpoint?.().catch(() => undefined);
  return endpoint?.jump === undefined ? undefined : { ...endpoint, jump: endpoint.jump };
}

/** The way to the Docker of a machine behind a jump host; `undefined` for one that is reached straight. */
export async function engineTunnel(
  context: MachineContext,
  { driver, machine }: Pick<OpenMachine, "driver" | "machine">,
  options: EngineTunnelOptions = {},
): Promise<EngineTunnel | undefined> {
  const endpoint = await jumpedEndpoint(driver);
  if (endpoint === undefined) return undefined;
  const { waitMs, sharedJumps } = options;
  const connect = { ...connectOptions(context, machine), ...(sharedJumps === undefined ? {} : { sharedJumps }) };
  return new EngineTunnel(async () => {
    const { connectSsh, waitForSsh } = await import("../ssh/connect.js");
    return waitMs === undefined ? connectSsh(endpoint, connect) : waitForSsh(endpoint, { ...connect, deadlineMs: waitMs });
  });
}

/**
 * Channels of one SSH connection to a machine's host, which is made when the first is wanted, and again if it was lost.
 * They begin on the host itself, and so its provider's firewall needs to let in SSH alone.
 */
export class EngineTunnel implements Disposable {
  readonly #logIn: () => Promise<SshConnection>;
  #connection: SshConnection | undefined;

  constructor(logIn: () => Promise<SshConnection>) {
    this.#logIn = logIn;
  }

  readonly dial: Dial = async (host, port) => {
    if (this.#connection?.isOpen !== true) this.#connection = await this.#logIn();
    return this.#connection.dial(host, port);
  };

  [Symbol.dispose](): void {
    this.#connection?.close();
  }
}
