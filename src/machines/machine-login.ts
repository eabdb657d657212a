import type { SshEndpoint } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import type { ConnectOptions } from "../ssh/connect.js";
import type { SshConnection } from "../ssh/ssh-connection.js";
import type { MachineContext } from "./machine-context.js";
import { connectOptions } from "./machine-host.js";
import { type OpenMachine, openMachine } from "./open-machine.js";
import { sshEndpointOf } from "./provision-machine.js";

/** Who logs in, and for what. */
export interface LoginOptions {
  /** Default: the machine's own user. */
  readonly user?: string | undefined;
  /** What can't be done if the machine is not running, as it completes "Cannot". */
  readonly purpose: string;
  /** Milliseconds that what runs on the connection has to end well after an interrupt. Default: 500. */
  readonly endingMs?: number;
}

const ENDING_MS = 500;

/** How to log in to a machine that runs. */
export interface Login {
  readonly endpoint: SshEndpoint;
  readonly options: ConnectOptions;
}

/**
 * How to log in to a machine that runs.
 *
 * @throws {MachineError} `MACHINE_UNKNOWN`, `MACHINE_NOT_RUNNING`, `DRIVER_OPERATION_UNSUPPORTED`
 */
export async function findLogin(
  context: MachineContext,
  name: string,
  { user, purpose }: Pick<LoginOptions, "user" | "purpose">,
): Promise<Login> {
  const open: OpenMachine = await openMachine(context, name);
  const status = await open.driver.status();
  if (status !== "Running") {
    throw new MachineError("MACHINE_NOT_RUNNING", `Cannot ${purpose}: the machine "${name}" is not running, it is ${status}.`, {
      suggestions: [`docker-machine start ${name}`],
    });
  }
  const endpoint = await sshEndpointOf(open);
  return { endpoint: user === undefined ? endpoint : { ...endpoint, user }, options: connectOptions(context, open.machine) };
}

/**
 * Logs in to a machine that runs. After an interrupt the connection stays a moment, for what runs on it to end well.
 *
 * @throws {MachineError} as {@link findLogin}, `SSH_…`, `OPERATION_ABORTED`
 */
export async function logIn(context: MachineContext, name: string, login: LoginOptions): Promise<SshConnection> {
  const { endpoint, options } = await findLogin(context, name, login);
  const { connectSsh } = await import("../ssh/connect.js");
  const lifetime = new AbortController();
  const end = () => lifetime.abort();
  context.signal.addEventListener("abort", end, { once: true });
  const connection = await connectSsh(endpoint, { ...options, signal: lifetime.signal });
  context.signal.removeEventListener("abort", end);
  context.signal.addEventListener("abort", () => void setTimeout(end, login.endingMs ?? ENDING_MS).unref(), { once: true });
  return connection;
}
