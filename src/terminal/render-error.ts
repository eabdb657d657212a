import { isDriverError } from "@docker-machine/driver-sdk";
import { MachineError, messageOf } from "../errors.js";
import { printable } from "./terminal-log.js";

/** How {@link renderError} shows an error. */
export interface RenderErrorOptions {
  /** Whether the code and the stack with all causes are shown. */
  readonly debug: boolean;
}

/** What the user reads on stderr when a command fails. */
export function renderError(error: unknown, options: RenderErrorOptions): string {
  const lines = [messageOf(error)];
  if (isDriverError(error)) lines.push(...error.suggestions.map((suggestion) => `  ${suggestion}`));
  else lines.push("  This is not an error we foresaw. Run the command again with --debug to see where it comes from.");
  if (options.debug) lines.push("", ...debugLines(error));
  return printable(`${lines.join("\n")}\n`);
}

/** What the process exits with after `error`. */
export function exitCodeOf(error: unknown): number {
  return error instanceof MachineError ? error.exitCode : 1;
}

function debugLines(error: unknown): string[] {
  const lines: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    lines.push(`${isDriverError(each) ? `[${each.code}] ` : ""}${each.stack ?? each.message}`);
  }
  return lines;
}
