import { MachineError } from "../errors.js";

/** What stands behind the machine's name in `ssh NAME …`. */
export interface SshWords {
  /** `-l`. */
  readonly user: string | undefined;
  /** `-t` and `-tt` give a command a terminal: if there is one here, or in any case. `-T` never. */
  readonly terminal: "if-here" | "always" | "never" | undefined;
  /** Each `-L`. */
  readonly forwards: readonly string[];
  /** `-N`: no command, not even a shell. */
  readonly onlyForwards: boolean;
  /** `-n`: no input. */
  readonly withoutInput: boolean;
  /** Joined by blanks, as OpenSSH does. `undefined`: an interactive shell. */
  readonly command: string | undefined;
}

const VALUE_LETTERS = "lL";
/** Those that change nothing here: no agent, no X11, no compression, quiet, any family of addresses. */
const IGNORED_LETTERS = "aCqx46";
const SWITCH_LETTERS = `tTNn${IGNORED_LETTERS}`;

/**
 * Reads what stands behind the machine's name, as the program `ssh` does, to which the Go program passed it on: its options first, then the command.
 *
 * @throws {MachineError} `ARGUMENTS_INVALID` for an option that is not known
 */
export function parseSshWords(words: readonly string[]): SshWords {
  const options: Option[] = [];
  let at = 0;
  while (isOption(words[at])) {
    const read = readCluster(words[at] ?? "", words[at + 1]);
    options.push(...read.options);
    at += read.words;
  }
  const command = words.slice(words[at] === "--" ? at + 1 : at);
  const letters = options.map(({ letter }) => letter);
  const valuesOf = (wanted: string) => options.flatMap(({ letter, value }) => (letter === wanted && value !== undefined ? [value] : []));
  return {
    user: valuesOf("l").at(-1),
    forwards: valuesOf("L"),
    terminal: terminalOf(letters.filter((letter) => letter === "t" || letter === "T")),
    onlyForwards: letters.includes("N"),
    withoutInput: letters.includes("n"),
    command: command.length === 0 ? undefined : command.join(" "),
  };
}

interface Option {
  readonly letter: string;
  readonly value?: string;
}

function isOption(word: string | undefined): boolean {
  return word?.startsWith("-") === true && word !== "-" && word !== "--";
}

/** Reads one word, such as `-t`, `-Nn`, `-lUSER` or `-l`, whose value is the next word. */
function readCluster(word: string, next: string | undefined): { readonly options: readonly Option[]; readonly words: 1 | 2 } {
  const letters = [...word.slice(1)];
  const valueAt = letters.findIndex((letter) => !SWITCH_LETTERS.includes(letter));
  const letter = letters[valueAt];
  if (letter === undefined) return { options: letters.map((each) => ({ letter: each })), words: 1 };
  if (!VALUE_LETTERS.includes(letter)) throw unknownOption(word, letter);
  const attached = letters.slice(valueAt + 1).join("");
  const value = attached === "" ? next : attached;
  if (value === undefined) throw new MachineError("ARGUMENTS_INVALID", `The option -${letter} needs a value.`);
  const switches = letters.slice(0, valueAt).map((each) => ({ letter: each }));
  return { options: [...switches, { letter, value }], words: attached === "" ? 2 : 1 };
}

function terminalOf(letters: readonly string[]): SshWords["terminal"] {
  if (letters.length === 0) return undefined;
  if (letters.at(-1) === "T") return "never";
  return letters.filter((letter) => letter === "t").length > 1 ? "always" : "if-here";
}

function unknownOption(word: string, letter: string): MachineError {
  return new MachineError(
    "ARGUMENTS_INVALID",
    `docker-machine ssh knows no option -${letter} (in ${JSON.stringify(word)}) behind the machine's name.`,
    {
      suggestions: [
        "Accepted are -l USER, -L PORT:HOST:HOSTPORT, -N, -n, -t, -tt, -T, -q.",
        "Put -- before a command that begins with a dash: docker-machine ssh NAME -- COMMAND",
      ],
    },
  );
}
