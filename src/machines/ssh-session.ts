import { MachineError } from "../errors.js";
import type { SessionOptions } from "../ssh/session.js";
import type { MachineContext } from "./machine-context.js";
import { openMachine } from "./open-machine.js";
import { connectOptions, sshEndpointOf } from "./provision-machine.js";

/**
 * Runs a command, or an interactive shell, on a machine's host and returns its exit code.
 *
 * @throws {MachineError} `MACHINE_NOT_RUNNING`, `DRIVER_OPERATION_UNSUPPORTED`, `SSH_…`
 */
export async function sshSession(context: MachineContext, name: string, session: SessionOptions): Promise<number> {
  const open = await openMachine(context, name);
  const status = await open.driver.status();
  if (status !== "Running") {
    throw new MachineError("MACHINE_NOT_RUNNING", `Cannot run SSH command: the machine "${name}" is not running, it is ${status}.`, {
      suggestions: [`docker-machine start ${name}`],
    });
  }
  const { connectSsh } = await import("../ssh/connect.js");
  using connection = await connectSsh(await sshEndpointOf(open), connectOptions(context, open));
  // Awaited here: the connection ends with this block.
  return await connection.session(session);
}
