import { asksForHelp, parseCommandLine } from "./command-line/parse.js";
import { commandTable } from "./command-table.js";
import { MachineError } from "./errors.js";
import { programFlags, showCommandHelp, showProgramHelp, showTopicHelp } from "./help/show-help.js";
import { topics } from "./help/topics.js";
import { nearest } from "./nearest.js";
import { hasUserPlugins, type ListedPlugin, listPlugins } from "./plugins/user-plugins.js";
import { formatJson } from "./terminal/json.js";
import { writeStdout } from "./terminal/standard-output.js";

/** Of @oclif/plugin-plugins, which brings its commands itself. */
const SHIPPED_PLUGINS = "plugins";

/**
 * Runs a command line whose command is none of the program's own: nothing at all, a topic, a plugin's command, or a mistake.
 *
 * @param argv everything from the first word on
 * @param globals the global flags before it
 * @throws {MachineError} `COMMAND_UNKNOWN`, and whatever a plugin's command throws
 */
export async function runUnlisted(argv: readonly string[], globals: readonly string[]): Promise<void> {
  const [first] = argv;
  if (first === undefined) return runWithoutCommand(globals);
  if (isTopic(first) && isOnlyHelp(argv.slice(1))) return showTopicHelp(first);
  if (first === SHIPPED_PLUGINS && (await isAnswered(argv))) return;
  if (first !== SHIPPED_PLUGINS && !hasUserPlugins()) throw unknownCommand(argv);
  const { runPluginCommand } = await import("./oclif/run-plugin-command.js");
  const found = await runPluginCommand(argv, globals);
  if (found.kind === "unknown") throw unknownCommand(argv, found.known);
}

/**
 * Answers what of `plugins` needs no oclif, which takes long to load: help, and the list.
 *
 * @throws {MachineError} `COMMAND_UNKNOWN`
 */
async function isAnswered(argv: readonly string[]): Promise<boolean> {
  const { pluginsCommands } = await import("./help/plugins-commands.js");
  const commands = pluginsCommands();
  const words = wordsOf(argv);
  const name = words.slice(0, 2).join(" ");
  const command = commands.get(name);
  if (command === undefined && !hasUserPlugins()) throw unknownCommand(argv, [...commands.keys()]);
  if (command !== undefined && isOnlyHelp(argv.slice(words.length)) && argv.length > words.length) {
    if (words.length > 1) await showCommandHelp(name, command);
    else
      await showTopicHelp(
        SHIPPED_PLUGINS,
        [...commands].map(([each, { summary }]) => [each, summary]),
      );
    return true;
  }
  const isList = words.length === 1 && argv.slice(1).every((word) => word === "--json");
  if (isList) writePlugins({ json: argv.length > 1 });
  return isList;
}

/** @oclif/plugin-plugins lists them too, but its list takes half a second, and its JSON is all that oclif knows. */
function writePlugins({ json }: { readonly json: boolean }): void {
  const plugins = listPlugins();
  writeStdout(json ? formatJson({ plugins }) : plugins.length === 0 ? "No plugins installed.\n" : plugins.map(lineOf).join(""));
}

function lineOf({ name, version, linked, directory }: ListedPlugin): string {
  return `${name} ${version ?? `(${directory} can't be read)`}${linked ? ` (link) ${directory}` : ""}\n`;
}

/** `help WORDS`, where the words name none of the program's own commands. */
export async function showUnlistedHelp(words: readonly string[]): Promise<void> {
  return runUnlisted(words.length === 0 ? [] : [...words, "--help"], []);
}

/** Only global flags were typed: those that ask for the version, or else it is help that is wanted. */
async function runWithoutCommand(globals: readonly string[]): Promise<void> {
  const { flags } = parseCommandLine(globals, programFlags, { env: {} });
  if (!flags.version) return showProgramHelp();
  const command = await commandTable.version?.();
  await command?.default.run([]);
}

function isTopic(word: string): boolean {
  return Object.keys(commandTable).some((name) => name.startsWith(`${word} `));
}

function isOnlyHelp(argv: readonly string[]): boolean {
  return argv.length === 0 || (argv[0]?.startsWith("-") === true && asksForHelp(argv, programFlags));
}

/** The words before the first flag. */
function wordsOf(argv: readonly string[]): readonly string[] {
  const end = argv.findIndex((word) => word.startsWith("-"));
  return end === -1 ? argv : argv.slice(0, end);
}

function unknownCommand(argv: readonly string[], others: readonly string[] = []): MachineError {
  const words = wordsOf(argv);
  const [first = "", second] = words;
  const known = [...Object.keys(commandTable), ...Object.keys(topics()), ...others];
  const isOfTopic = second !== undefined && known.some((name) => name.startsWith(`${first} `));
  const typed = isOfTopic ? `${first} ${second}` : first;
  const near =
    nearest(typed, isOfTopic ? known.filter((name) => name.startsWith(`${first} `)) : known) ?? nearest(words.slice(0, 2).join(" "), known);
  return new MachineError("COMMAND_UNKNOWN", `"${typed}" is not a command of docker-machine.`, {
    suggestions: [
      ...(near === undefined ? [] : [`Did you mean this? docker-machine ${near}`]),
      isOfTopic ? `docker-machine ${first} --help lists its commands.` : "docker-machine --help lists all commands.",
    ],
  });
}
