import type { Command } from "../command-line/define-command.js";
import { findCommand } from "../command-line/find-command.js";
import type { Completes, Flag, Flags } from "../command-line/flags.js";
import { globalFlags } from "../command-line/global-flags.js";
import { type Token, tokenize } from "../command-line/tokens.js";

/** What completion asks the rest of the program for. */
export interface CompletionSources {
  /** Our commands that are offered, by the words that name them. */
  readonly commands: readonly string[];
  /** Commands and topics of plugins, of which only the names are known here. */
  readonly others: readonly string[];
  /** Loads one of our commands. */
  load(name: string): Promise<Command | undefined>;
  /** The names of machines or drivers. */
  names(kind: "machines" | "drivers"): Promise<readonly string[]>;
  /** Flags that a command line has besides those of its command, as of the driver that it names. */
  moreFlags(command: string, argv: readonly string[]): Promise<Flags>;
}

/**
 * What the last word of a command line may become.
 *
 * @param typed the words behind the program's name; the last is completed, and may be empty
 * @returns whole words; `undefined` where something else is meant, such as a file, or the command of a plugin
 */
export async function candidates(typed: readonly string[], sources: CompletionSources): Promise<readonly string[] | undefined> {
  const words = joinedValues(typed);
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const names = new Set(sources.commands);
  const found = findCommand(before, (name) => names.has(name));
  if (found.name !== undefined) {
    const command = await sources.load(found.name);
    if (command === undefined) return undefined;
    const isTopicToo = found.argv.length === found.globals.length && sources.commands.some((name) => name.startsWith(`${found.name} `));
    const further = isTopicToo ? commandWords(sources.commands, [found.name]) : [];
    const own = await wordsOf({ name: found.name, command, argv: found.argv, current }, sources);
    return further.length === 0 ? own : starting([...further, ...(own ?? [])], current);
  }
  if (openFlag(tokenize(before, globalFlags, "after-first-word"), globalFlags).isOpen) return undefined;
  if (current.startsWith("-")) return found.argv.length === 0 ? starting(flagNames(globalFlags), current) : undefined;
  const next = commandWords([...sources.commands, ...sources.others], found.argv);
  return next.length === 0 ? undefined : starting(next, current);
}

/** Bash hands `--flag=value` and `machine:path` over as three words each. The value is completed alone, the path with its machine. */
function joinedValues(typed: readonly string[]): readonly string[] {
  const words: string[] = [];
  for (const [index, word] of typed.entries()) {
    if (word === "=" && typed[index - 1]?.startsWith("--")) {
      if (index === typed.length - 1) words.push("");
    } else if (index > 0 && (word === ":" || typed[index - 1] === ":")) words.push(`${words.pop()}${word}`);
    else words.push(word);
  }
  return words;
}

/** The next words of commands that begin with `start`. */
function commandWords(commands: readonly string[], start: readonly string[]): readonly string[] {
  const prefix = start.map((word) => `${word} `).join("");
  const next = commands.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length).split(" ", 1)[0] ?? "");
  return [...new Set(next)].sort();
}

interface Line {
  readonly name: string;
  readonly command: Command;
  readonly argv: readonly string[];
  readonly current: string;
}

async function wordsOf({ name, command, argv, current }: Line, sources: CompletionSources): Promise<readonly string[] | undefined> {
  const flags = { ...command.flags, ...(await sources.moreFlags(name, argv)) };
  const tokens = tokenize(argv, flags, command.flagsEnd);
  const words = tokens.flatMap((token) => (token.kind === "word" ? [token.text] : []));
  const { flag, isOpen } = openFlag(tokens, flags);
  if (isOpen) return namesFor(completesOf(flag), current, sources);
  const isOver = argv.includes("--") || (command.flagsEnd === "after-first-word" && words.length > 0);
  if (current.startsWith("-") && !isOver) return flagOrValue(current, flags, sources);
  if (isOver && command.flagsEnd === "after-first-word") return undefined;
  const descriptions = Object.values(command.args);
  const argument = descriptions[words.length] ?? (descriptions.at(-1)?.multiple ? descriptions.at(-1) : undefined);
  if (argument === undefined) return [];
  const all = await namesFor(argument.completes, current, sources);
  return argument.multiple ? all?.filter((each) => !words.includes(each)) : all;
}

/** `--dr` becomes a flag, `--driver=no` a flag with its value. */
async function flagOrValue(current: string, flags: Flags, sources: CompletionSources): Promise<readonly string[] | undefined> {
  const at = current.indexOf("=");
  if (at === -1) return starting(flagNames(flags), current);
  const typed = current.slice(0, at);
  const values = await namesFor(completesOf(flags[typed.replace(/^--?/, "")]), current.slice(at + 1), sources);
  return values?.map((value) => `${typed}=${value}`);
}

/** The flag at the end of a command line whose value is still missing. */
function openFlag(tokens: readonly Token[], flags: Flags): { readonly isOpen: boolean; readonly flag?: Flag | undefined } {
  const last = tokens.at(-1);
  if (last?.kind !== "flag" || last.value !== undefined) return { isOpen: false };
  const flag = flags[last.name];
  return { isOpen: flag?.type === "option", flag };
}

function completesOf(flag: Flag | undefined): Completes | undefined {
  return flag !== undefined && "completes" in flag ? flag.completes : undefined;
}

async function namesFor(kind: Completes | undefined, current: string, sources: CompletionSources): Promise<readonly string[] | undefined> {
  if (kind === undefined || current.includes(":")) return undefined;
  if (kind !== "machine-paths") return starting(await sources.names(kind), current);
  const paths = starting(
    (await sources.names("machines")).map((name) => `${name}:`),
    current,
  );
  return paths.length === 0 ? undefined : paths;
}

function flagNames(flags: Flags): readonly string[] {
  return Object.entries(flags).flatMap(([name, { hidden }]) => (hidden === true ? [] : [`--${name}`]));
}

function starting(all: readonly string[], current: string): readonly string[] {
  return all.filter((each) => each.startsWith(current));
}
