import { MachineError } from "../errors.js";
import type { Flag, Flags, FlagValues, SwitchFlag } from "./flags.js";
import { type FlagsEnd, type Token, tokenize } from "./tokens.js";

/** What a command line says. */
export interface ParsedCommandLine<F extends Flags> {
  /** The value of each flag: given, from its variable, or its default. */
  readonly flags: FlagValues<F>;
  /** The flags that were typed, without those that come from a variable or a default. */
  readonly given: Readonly<Record<string, string | boolean | readonly string[]>>;
  /** What is no flag, in order. */
  readonly words: readonly string[];
}

/** How {@link parseCommandLine} reads. */
export interface ParseOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly flagsEnd?: FlagsEnd;
  /** What a flag that is not known is: an error, or left out because somebody else knows it. Default: an error. */
  readonly unknownFlags?: "refuse" | "leave-out";
}

/** Written in any of Go's ways (strconv.ParseBool). */
const TRUE = ["1", "t", "T", "true", "TRUE", "True"];
const FALSE = ["0", "f", "F", "false", "FALSE", "False"];

/**
 * Reads a command line.
 *
 * @throws {MachineError} `ARGUMENTS_INVALID` for a flag that is not known, lacks its value or has one that can't be read
 */
export function parseCommandLine<F extends Flags>(argv: readonly string[], flags: F, options: ParseOptions): ParsedCommandLine<F> {
  const tokens = tokenize(argv, flags, options.flagsEnd);
  if (options.unknownFlags !== "leave-out") refuseUnknown(tokens, flags);
  const given: Record<string, string | boolean | string[]> = {};
  for (const token of tokens) {
    if (token.kind !== "flag") continue;
    const flag = flags[token.name] as Flag;
    if (flag.type === "boolean") given[token.name] = readSwitch(token.value ?? "true", token.typed);
    else if (token.value === undefined) throw new MachineError("ARGUMENTS_INVALID", `The flag ${token.typed} needs a value.`);
    else if (flag.multiple) given[token.name] = [...((given[token.name] as string[] | undefined) ?? []), token.value];
    else given[token.name] = token.value;
  }
  const values = Object.entries(flags).map(([name, flag]) => [name, flagValue(flag, { name, given: given[name], env: options.env })]);
  return {
    flags: Object.fromEntries(values) as FlagValues<F>,
    given,
    words: tokens.flatMap((token) => (token.kind === "word" ? [token.text] : [])),
  };
}

/** Whether a command line asks for help: before it is checked, since who asks for help may well have it wrong. */
export function asksForHelp(argv: readonly string[], flags: Flags, flagsEnd?: FlagsEnd): boolean {
  return tokenize(argv, flags, flagsEnd).some((token) => token.kind === "flag" && token.name === "help");
}

interface ValueOptions {
  readonly name: string;
  readonly given: string | boolean | readonly string[] | undefined;
  readonly env: NodeJS.ProcessEnv;
}

function flagValue(flag: Flag, { name, given, env }: ValueOptions): unknown {
  const variable = flag.env === undefined || env[flag.env] === "" ? undefined : env[flag.env];
  if (flag.type === "boolean") return given ?? (variable === undefined ? false : readSwitchVariable(flag, variable));
  if (flag.multiple) return given ?? variable?.split(",") ?? [];
  const text = (given as string | undefined) ?? variable;
  if (!("read" in flag)) return text ?? flag.default;
  if (text === undefined) return flag.default;
  return readParsed(() => flag.read(text), { text, origin: given === undefined ? `$${flag.env}` : `--${name}` });
}

function readSwitchVariable(flag: SwitchFlag, text: string): boolean {
  return readSwitch(text, `$${flag.env}`);
}

function readSwitch(text: string, origin: string): boolean {
  if (TRUE.includes(text)) return true;
  if (FALSE.includes(text)) return false;
  throw new MachineError("ARGUMENTS_INVALID", `${origin} is ${JSON.stringify(text)}, but it must be true or false.`);
}

/** A flag's own reader says what is accepted; where the text came from is known here. */
function readParsed<T>(read: () => T, { text, origin }: { readonly text: string; readonly origin: string }): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    throw new MachineError(error.code, `${origin} is ${JSON.stringify(text)}, but ${error.message}`, {
      cause: error,
      suggestions: error.suggestions,
    });
  }
}

function refuseUnknown(tokens: readonly Token[], flags: Flags): void {
  const unknown = tokens.find((token) => token.kind === "unknown");
  if (unknown === undefined) return;
  throw new UnknownFlagError(unknown.typed, Object.keys(flags));
}

/** A flag that the command doesn't have. */
export class UnknownFlagError extends MachineError {
  /** The long names of the flags that the command has. */
  readonly known: readonly string[];
  /** The flag with its dashes. */
  readonly typed: string;

  constructor(typed: string, known: readonly string[]) {
    super("ARGUMENTS_INVALID", `There is no flag ${typed} here.`);
    this.typed = typed;
    this.known = known;
  }
}
