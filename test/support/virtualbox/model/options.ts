import { SyntaxProblem } from "./errors.ts";

/** What an option takes; `indexed` options end in a number (`--nic1`) that is given before the value. */
export interface OptionForm {
  readonly takes: "nothing" | "text" | "number";
  readonly indexed?: boolean;
}

/** An option as it was given. */
export interface GivenOption {
  readonly name: string;
  /** The number at the end of an indexed option's name. */
  readonly index: number;
  readonly value: string;
}

/** A command line, read as IPRT's RTGetOpt reads it. */
export interface CommandLine {
  readonly options: readonly GivenOption[];
  readonly operands: readonly string[];
}

/**
 * Reads options like RTGetOpt: `--name value`, `--name=value` and `--name:value`; the deprecated single dash of old commands where a
 * name of `forms` has it.
 *
 * @param forms - By the name with its dashes.
 * @throws {@link SyntaxProblem} of an unknown option, a missing value, or a number that is none.
 */
export function readOptions(args: readonly string[], forms: ReadonlyMap<string, OptionForm>): CommandLine {
  const options: GivenOption[] = [];
  const operands: string[] = [];
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith("-") || word === "-") operands.push(word);
    else if (word === "--") operands.push(...rest.splice(0));
    else options.push(readOption(word, rest, forms));
  }
  return { options, operands };
}

function readOption(word: string, rest: string[], forms: ReadonlyMap<string, OptionForm>): GivenOption {
  const [, written, joined] = /^(-[^=:]*)(?:[=:](.*))?$/s.exec(word) ?? [word, word];
  const found = formOf(written ?? word, forms);
  if (found === undefined) throw new SyntaxProblem(`Unknown option: ${word}`);
  const { name, index, form } = found;
  if (form.takes === "nothing") return { name, index, value: "" };
  const value = joined ?? rest.shift();
  if (value === undefined) throw new SyntaxProblem(`${written}: RTGetOpt: Command line option needs argument.`);
  if (form.takes === "number" && !/^(?:0x[0-9a-f]+|\d+)$/i.test(value)) throw new SyntaxProblem(`Invalid argument format: ${value}`);
  return { name, index, value };
}

function formOf(written: string, forms: ReadonlyMap<string, OptionForm>): { name: string; index: number; form: OptionForm } | undefined {
  const plain = forms.get(written);
  if (plain !== undefined && plain.indexed !== true) return { name: written, index: 0, form: plain };
  const [, stem, digits] = /^(.*?)(\d+)$/.exec(written) ?? [];
  if (stem === undefined) return undefined;
  const form = forms.get(stem);
  return form?.indexed === true ? { name: stem, index: Number(digits), form } : undefined;
}

/** Forms for {@link readOptions}: `{ text: ["--name"], nothing: ["--register"] }`. */
export function optionForms(names: {
  text?: readonly string[];
  number?: readonly string[];
  nothing?: readonly string[];
}): Map<string, OptionForm> {
  const of = (list: readonly string[] | undefined, takes: OptionForm["takes"]) => (list ?? []).map((name) => [name, { takes }] as const);
  return new Map([...of(names.text, "text"), ...of(names.number, "number"), ...of(names.nothing, "nothing")]);
}

/** The last value of an option by any of its names; the last one given holds. */
export function lastValue(line: CommandLine, ...names: readonly string[]): string | undefined {
  return line.options.findLast(({ name }) => names.includes(name))?.value;
}

/** Whether an option was given by any of its names. */
export function isGiven(line: CommandLine, ...names: readonly string[]): boolean {
  return line.options.some(({ name }) => names.includes(name));
}

/** RTGetOpt's boolean of `on|off` options; VBoxManageUtilities' parseBool. */
export function readBoolean(value: string): boolean {
  if (["on", "yes", "true", "1", "enabled", "enable"].includes(value.toLowerCase())) return true;
  if (["off", "no", "false", "0", "disabled", "disable"].includes(value.toLowerCase())) return false;
  throw new SyntaxProblem(`Invalid argument format: ${value}`);
}
