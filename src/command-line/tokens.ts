import type { Flag, Flags } from "./flags.js";

/** A piece of a command line. `at` is the index of the word it begins with. */
export type Token =
  | { readonly kind: "word"; readonly text: string; readonly at: number }
  /** `value` is the text after `=`, or the next word for a flag that takes one; `undefined` for a switch, or where the value is missing. */
  | { readonly kind: "flag"; readonly name: string; readonly typed: string; readonly value: string | undefined; readonly at: number }
  | { readonly kind: "unknown"; readonly typed: string; readonly at: number };

/** Where the flags of a command end. */
export type FlagsEnd =
  /** At `--`, if there is one: flags may stand before and after words. */
  | "at-double-dash"
  /** Behind the first word as well: what follows belongs to another program, flags included. */
  | "after-first-word";

/**
 * Splits a command line as the Go program's flag package does: one dash or two, `--flag value` or `--flag=value`, no clusters of letters; with flags also behind words.
 * A flag that is not known is a token of its own; what follows it is read as if it took no value.
 */
export function tokenize(argv: readonly string[], flags: Flags, end: FlagsEnd = "at-double-dash"): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < argv.length) {
    if (argv[at] === "--") return [...tokens, ...wordsFrom(argv, at + 1)];
    const { token, next } = readToken(argv, at, flags);
    tokens.push(token);
    at = next;
    if (token.kind === "word" && end === "after-first-word") return [...tokens, ...wordsFrom(argv, argv[at] === "--" ? at + 1 : at)];
  }
  return tokens;
}

function wordsFrom(argv: readonly string[], start: number): Token[] {
  return argv.slice(start).map((text, index) => ({ kind: "word", text, at: start + index }));
}

function readToken(argv: readonly string[], at: number, flags: Flags): { readonly token: Token; readonly next: number } {
  const text = argv[at] ?? "";
  if (!text.startsWith("-") || text === "-") return { token: { kind: "word", text, at }, next: at + 1 };
  const { typed, value } = splitAtEquals(text);
  const found = findFlag(typed, flags);
  if (found === undefined) return { token: { kind: "unknown", typed, at }, next: at + 1 };
  if (found.flag.type === "boolean" || value !== undefined)
    return { token: { kind: "flag", name: found.name, typed, value, at }, next: at + 1 };
  return { token: { kind: "flag", name: found.name, typed, value: argv[at + 1], at }, next: at + 2 };
}

function splitAtEquals(text: string): { readonly typed: string; readonly value: string | undefined } {
  const at = text.indexOf("=");
  return at === -1 ? { typed: text, value: undefined } : { typed: text.slice(0, at), value: text.slice(at + 1) };
}

function findFlag(typed: string, flags: Flags): { readonly name: string; readonly flag: Flag } | undefined {
  const name = typed.replace(/^--?/, "");
  if (Object.hasOwn(flags, name)) return { name, flag: flags[name] as Flag };
  const found = Object.entries(flags).find(([, flag]) => flag.char === name);
  return found === undefined ? undefined : { name: found[0], flag: found[1] };
}
