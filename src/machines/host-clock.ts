import { messageOf } from "../errors.js";
import type { MachineContext } from "./machine-context.js";
import { connectOptions } from "./machine-host.js";
import type { OpenMachine } from "./open-machine.js";
import { sshEndpointOf } from "./provision-machine.js";

/**
 * Sets the clock of a machine's host to this computer's: that of a host that slept has stood still.
 * A host that keeps its time elsewhere, such as a container, refuses: then there is a warning.
 */
export async function setClock(context: MachineContext, open: OpenMachine): Promise<void> {
  const { waitForSsh } = await import("../ssh/connect.js");
  const endpoint = await sshEndpointOf(open);
  using connection = await waitForSsh(endpoint, { ...connectOptions(context, open.machine), deadlineMs: context.waitTimeoutMs });
  const seconds = (Date.now() / 1000).toFixed(3);
  try {
    await connection.runScript('date -u -s "@$1"', [seconds], { as: "root", purpose: "set its clock" });
  } catch (error) {
    context.signal.throwIfAborted();
    context.log.warn(`The clock of "${open.name}" may be late: ${messageOf(error)}`);
  }
}
