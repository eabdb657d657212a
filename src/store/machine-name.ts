import { MachineError } from "../errors.js";

/** Whether `name` may name a machine: it becomes a host name and a folder. The rule is the Go program's. */
export function isMachineName(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9.-]*$/.test(name) && name.length <= 253;
}

/**
 * Checks a machine's name before it becomes a path.
 *
 * @throws {MachineError} `MACHINE_NAME_INVALID`
 */
export function assertMachineName(name: string): void {
  if (isMachineName(name)) return;
  throw new MachineError(
    "MACHINE_NAME_INVALID",
    `${JSON.stringify(name)} can't name a machine. Allowed are the characters 0-9 a-z A-Z . and -, and the first must be a letter or a digit.`,
  );
}
