import { isDriverError } from "@docker-machine/driver-sdk";
import { MachineError, messageOf } from "../errors.js";
import type { MachineContext } from "../machines/machine-context.js";

/**
 * The machine names given, or `default` if there is such a machine. Of several, all are looked up first: nothing is done to some of them if another has a typing error.
 *
 * @throws {MachineError} `MACHINE_NAME_MISSING`, and for several names what {@link throwCollected} makes of those that can't be loaded
 */
export async function namesOrDefault({ store }: MachineContext, names: readonly string[]): Promise<readonly string[]> {
  if (names.length > 1) throwCollected(await errorsOf(names.map((name) => store.load(name))));
  if (names.length > 0) return names;
  if (await store.has("default")) return ["default"];
  throw new MachineError("MACHINE_NAME_MISSING", 'Error: No machine name(s) specified and no "default" machine exists');
}

/**
 * The one machine name given, or `default` if there is such a machine.
 *
 * @throws {MachineError} `ARGUMENTS_INVALID` for several
 */
export async function nameOrDefault(machines: MachineContext, names: readonly string[]): Promise<string> {
  if (names.length > 1) throw new MachineError("ARGUMENTS_INVALID", "Error: Expected one machine name as an argument");
  const [name = "default"] = await namesOrDefault(machines, names);
  return name;
}

async function errorsOf(promises: readonly Promise<unknown>[]): Promise<unknown[]> {
  const results = await Promise.allSettled(promises);
  return results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
}

/**
 * Throws what went wrong, if anything did: a single error as it is, several as one `MACHINES_FAILED` with the suggestions of all, and with their exit code if it is the same.
 */
export function throwCollected(errors: readonly unknown[]): void {
  if (errors.length === 0) return;
  if (errors.length === 1) throw errors[0];
  const [exitCode = 1, ...otherCodes] = new Set(errors.map((error) => (error instanceof MachineError ? error.exitCode : 1)));
  throw new MachineError("MACHINES_FAILED", errors.map(messageOf).join("\n"), {
    cause: new AggregateError(errors, "Several machines failed"),
    exitCode: otherCodes.length === 0 ? exitCode : 1,
    suggestions: [...new Set(errors.flatMap((error) => (isDriverError(error) ? error.suggestions : [])))],
  });
}
