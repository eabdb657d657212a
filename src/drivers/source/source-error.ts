import { MachineError } from "../../errors.js";

const FORMS =
  "A driver is NAME, OWNER/REPO[@REF], HOST/OWNER/REPO[@REF], npm:PACKAGE[@RANGE], an https address of a .tgz, ./file.tgz or ./folder.";

/** `SOURCE_INVALID` for what the user typed, without a password in it. */
export function invalidSource(typed: string, problem: string, suggestions: readonly string[] = []): MachineError {
  const shown = typed.replace(/\/\/[^/@]*@/, "//");
  return new MachineError("SOURCE_INVALID", `${JSON.stringify(shown)} is not a driver: ${problem}.`, {
    suggestions: [...suggestions, FORMS],
  });
}
