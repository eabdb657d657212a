import { isDriverError } from "@docker-machine/driver-sdk";
import type { Context } from "../context.js";
import { MachineError, messageOf } from "../errors.js";
import type { MachineContext } from "../machines/machine-context.js";
import { throwCollected } from "./machine-names.js";

/** How {@link eachMachine} works. */
export interface EachMachineOptions {
  /** How many at once. Default: all. */
  readonly parallel?: number;
}

/**
 * Does something with several machines at once, and shows how far each is. All are tried; the errors come together at the end, each with its machine's name.
 *
 * @param action gets a context that says which machine its lines are about
 * @throws {MachineError} what {@link throwCollected} makes of the errors
 */
export async function eachMachine(
  { machines, tasks }: Pick<Context, "machines" | "tasks">,
  names: readonly string[],
  action: (machines: MachineContext, name: string) => Promise<void>,
  options: EachMachineOptions = {},
): Promise<void> {
  const results = await (await tasks()).run(names, (name, output) => action({ ...machines, ...output }, name), options);
  const errors = results.flatMap((result, index) =>
    result.status === "rejected" ? [names.length === 1 ? result.reason : withName(names[index] ?? "", result.reason)] : [],
  );
  throwCollected(errors);
}

function withName(name: string, error: unknown): unknown {
  if (!isDriverError(error) || error.message.includes(JSON.stringify(name))) return error;
  const exitCode = error instanceof MachineError ? error.exitCode : 1;
  return new MachineError(error.code, `${name}: ${messageOf(error)}`, { cause: error, suggestions: error.suggestions, exitCode });
}
