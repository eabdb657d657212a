import { MachineError } from "../errors.js";

/**
 * The one word a command takes.
 *
 * @param what what the word names, such as `driver name`
 * @throws {MachineError} `ARGUMENTS_INVALID` for none or several
 */
export function onlyWord(words: readonly string[], what: string): string {
  const [word, ...extra] = words;
  if (word === undefined) throw new MachineError("ARGUMENTS_INVALID", `Expected a ${what} as an argument.`);
  if (extra.length > 0)
    throw new MachineError("ARGUMENTS_INVALID", `Expected one ${what} as an argument, but got also: ${extra.join(" ")}`);
  return word;
}
