import { globalFlags } from "./global-flags.js";
import { tokenize } from "./tokens.js";

/** A command line, with its command found. */
export interface FoundCommand {
  /** The words that name the command, such as `driver install`. `undefined` if they name none that is known. */
  readonly name: string | undefined;
  /** For a known command: what it takes, with the global flags that stood before its name. Otherwise: everything from the first word on. */
  readonly argv: readonly string[];
  /** The global flags that stood before the command. */
  readonly globals: readonly string[];
}

/** Commands in whose place for a name the driver's may stand, too: `driver amazonec2 orphans` is `driver orphans amazonec2`. */
const VERBS_BEHIND_DRIVER: ReadonlySet<string | undefined> = new Set(["orphans"]);

/** Finds the command of a command line, behind the global flags that may stand before it. */
export function findCommand(argv: readonly string[], isKnown: (name: string) => boolean): FoundCommand {
  const start = tokenize(argv, globalFlags, "after-first-word").find((token) => token.kind === "word")?.at ?? argv.length;
  const globals = argv.slice(0, start);
  const words = withVerbFirst(argv.slice(start));
  for (const count of [2, 1]) {
    const name = words.slice(0, count).join(" ");
    if (words.length >= count && isKnown(name)) return { name, argv: [...globals, ...words.slice(count)], globals };
  }
  return { name: undefined, argv: words, globals };
}

function withVerbFirst(words: readonly string[]): readonly string[] {
  const [topic, driver, verb, ...rest] = words;
  const isTurned = topic === "driver" && driver !== undefined && !driver.startsWith("-") && VERBS_BEHIND_DRIVER.has(verb);
  return isTurned ? [topic, verb as string, driver, ...rest] : words;
}
