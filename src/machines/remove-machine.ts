import { MachineError, messageOf } from "../errors.js";
import type { MachineContext } from "./machine-context.js";
import { openMachine, withMachineLock } from "./open-machine.js";
import { hooksAfterRemove, hooksBeforeRemove } from "./run-hooks.js";

/** How {@link removeMachine} treats what fails. */
export interface RemoveOptions {
  /** Whether the local record goes even if the host can't be removed. Default: false. */
  readonly force?: boolean;
}

/**
 * Removes a machine's host and then its folder.
 *
 * @throws {MachineError} `MACHINE_UNKNOWN`; without `force` also `HOOK_FAILED`, `CONFIG_DAMAGED`, `DRIVER_MISSING`, or what the driver throws: then the folder stays
 */
export async function removeMachine(context: MachineContext, name: string, options: RemoveOptions = {}): Promise<void> {
  const { store, log } = context;
  if (!(await store.has(name))) await store.load(name);
  const known = await hooksBeforeRemove(context, name, { force: options.force === true });
  await withMachineLock(context, name, async () => {
    try {
      const { driver } = await openMachine(context, name, "write");
      await driver.remove();
    } catch (error) {
      if (options.force !== true) throw error;
      if (!(error instanceof MachineError && error.code === "MACHINE_UNKNOWN")) {
        log.warn(`The host of "${name}" may still exist: ${messageOf(error)}`);
      }
    }
    await store.remove(name);
  });
  await hooksAfterRemove(context, known);
}
