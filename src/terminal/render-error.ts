import { isDriverError } from "@docker-machine/driver-sdk";
import { MachineError, messageOf } from "../errors.js";
import type { Paint } from "./painter.js";
import { printable } from "./terminal-log.js";

/** How {@link renderError} shows an error. */
export interface RenderErrorOptions {
  /** Whether the code and the stack with all causes are shown. */
  readonly debug: boolean;
  /** Makes an error stand out. */
  readonly paint: Paint;
}

/** What the user reads on stderr when a command fails. */
export function renderError(error: unknown, options: RenderErrorOptions): string {
  const lines = [isUsageError(error) ? usageMessage(error) : messageOf(error)];
  if (isUsageError(error)) lines.push("  docker-machine COMMAND --help lists what a command takes.");
  else if (isDriverError(error)) lines.push(...error.suggestions.map((suggestion) => `  ${suggestion}`));
  else lines.push("  This is not an error we foresaw. Run the command again with --debug to see where it comes from.");
  if (options.debug) lines.push("", ...debugLines(error));
  return marked(printable(`${lines.join("\n")}\n`), options.paint);
}

/** On a terminal with colours, an error begins with a red word; elsewhere, with what it says. */
function marked(text: string, paint: Paint): string {
  const [, word = "Error:", rest = ` ${text}`] = /^(Error(?: [a-z -]+)?:)(.*)$/s.exec(text) ?? [];
  const mark = paint("red", word);
  return mark === word ? text : `${mark}${rest}`;
}

/** What the process exits with after `error`. */
export function exitCodeOf(error: unknown): number {
  return error instanceof MachineError ? error.exitCode : 1;
}

/** oclif's own errors, about a command line it can't read. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && "oclif" in error;
}

function usageMessage(error: Error): string {
  return error.message.replace(/\nSee more help with --help$/, "");
}

function debugLines(error: unknown): string[] {
  const lines: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    lines.push(`${isDriverError(each) ? `[${each.code}] ` : ""}${each.stack ?? each.message}`);
  }
  return lines;
}
