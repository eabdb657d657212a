import { MachineError } from "../errors.js";
import { textFlag } from "./flags.js";

/** The flag `--format`, `-f` of `ls` and `inspect`: a template of Go's. An empty one counts as not given. */
export const formatFlag = textFlag({ char: "f", description: "Format the output using a Go template", default: "" });

/**
 * A template decides alone what is printed.
 *
 * @throws {MachineError} `ARGUMENTS_INVALID` if `--json` is given too
 */
export function refuseTemplateAsJson(flags: { readonly format: string; readonly json: boolean }): void {
  if (flags.format === "" || !flags.json) return;
  throw new MachineError("ARGUMENTS_INVALID", "A template (--format) and --json don't go together.", {
    suggestions: ["Leave out one of them; in a template, {{json .}} prints a value as JSON."],
  });
}
