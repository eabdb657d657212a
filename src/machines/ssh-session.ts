import { isDriverError } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import type { SessionOptions } from "../ssh/session.js";
import type { MachineContext } from "./machine-context.js";
import { logIn } from "./machine-login.js";

/** What {@link sshSession} does on the host. */
export interface SshSessionOptions extends SessionOptions {
  /** Ports that lead to the host while the session goes on, as OpenSSH's `-L` has them: `8080:localhost:80`. */
  readonly forwards?: readonly string[];
  /** Whether there is no command and no shell, only the forwards, until an interrupt. */
  readonly onlyForwards?: boolean;
  /** Default: the machine's own user. */
  readonly user?: string | undefined;
}

/** What OpenSSH exits with when it is not the command that failed, but SSH. */
const SSH_FAILED_EXIT_CODE = 255;
const INTERRUPTED_EXIT_CODE = 130;

/**
 * Runs a command, or an interactive shell, on a machine's host and returns its exit code.
 *
 * @throws {MachineError} `MACHINE_NOT_RUNNING`, `DRIVER_OPERATION_UNSUPPORTED`; with the exit code 255: `SSH_…`
 */
export async function sshSession(context: MachineContext, name: string, options: SshSessionOptions): Promise<number> {
  const { user, forwards = [], onlyForwards = false, ...session } = options;
  const { parsePortForward } = await import("../ssh/forward-port.js");
  const parsed = forwards.map(parsePortForward);
  try {
    using connection = await logIn(context, name, { user, purpose: "run SSH command" });
    for (const forward of parsed) await connection.forward(forward);
    if (onlyForwards) return await Promise.race([connection.end(), interrupted(context.signal)]);
    // Awaited here: the connection ends with this block.
    return await connection.session({ ...session, interrupt: context.signal });
  } catch (error) {
    throw withSshExitCode(error);
  }
}

function interrupted(signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(INTERRUPTED_EXIT_CODE), { once: true }));
}

function withSshExitCode(error: unknown): unknown {
  if (!isDriverError(error) || !error.code.startsWith("SSH_")) return error;
  const { code, message, suggestions } = error;
  return new MachineError(code, message, { cause: error, suggestions, exitCode: SSH_FAILED_EXIT_CODE });
}
