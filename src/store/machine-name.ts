import { MachineError } from "../errors.js";

const ALLOWED = /^[a-zA-Z0-9][a-zA-Z0-9.-]*$/;

/** File names have 255 characters at most, and what stands beside a machine's folder needs some of them. */
const MAX_LENGTH = 200;

/** On Windows these are devices in every folder, whatever follows a dot, and a dot at the end is not part of a file's name (Microsoft, "Naming Files"). */
const RESERVED_ON_WINDOWS = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|\.$/i;

/**
 * Whether `name` may name a machine: it becomes a host name and a folder. The rule is the Go program's, without what could not be a folder.
 *
 * @param platform default: this computer's
 */
export function isMachineName(name: string, platform: NodeJS.Platform = process.platform): boolean {
  if (!ALLOWED.test(name) || name.length > MAX_LENGTH) return false;
  return platform !== "win32" || !RESERVED_ON_WINDOWS.test(name);
}

/**
 * Checks a machine's name before it becomes a path.
 *
 * @throws {MachineError} `MACHINE_NAME_INVALID`
 */
export function assertMachineName(name: string): void {
  if (isMachineName(name)) return;
  throw new MachineError("MACHINE_NAME_INVALID", `${JSON.stringify(shortened(name))} can't name a machine. ${whatIsWrong(name)}`);
}

function whatIsWrong(name: string): string {
  if (name.length > MAX_LENGTH) return `It has ${name.length} characters; allowed are ${MAX_LENGTH}.`;
  if (ALLOWED.test(name)) return "Windows keeps this name for itself.";
  return "Allowed are the characters 0-9 a-z A-Z . and -, and the first must be a letter or a digit.";
}

function shortened(name: string): string {
  return name.length > MAX_LENGTH ? `${name.slice(0, 40)}...` : name;
}
