import { type Flags, switchFlag } from "../command-line/flags.js";
import { globalFlags } from "../command-line/global-flags.js";
import { parseCommandLine } from "../command-line/parse.js";
import { commandTable } from "../command-table.js";
import { createFlags, driverFlags } from "../create-flags.js";
import { hasUserPlugins } from "../plugins/user-plugins.js";
import { programVersion } from "../program-package.js";
import { writeStdout } from "../terminal/standard-output.js";
import type { Row } from "./columns.js";
import { commandHelp, type ShownCommand } from "./command-help.js";
import { programHelp, topicHelp } from "./program-help.js";
import { topics } from "./topics.js";

/** Flags of a command line without a command. */
export const programFlags = { ...globalFlags, version: switchFlag({ char: "v", description: "Print the version" }) };

/** Columns of help that no terminal shows. */
const WIDTH = 120;
const NARROWEST = 60;

/** Prints the help of the whole program. */
export async function showProgramHelp(): Promise<void> {
  const help = programHelp({
    version: programVersion(),
    globalFlags: programFlags,
    commands: (await commandRows()).filter(([name]) => !name.includes(" ")),
    topics: Object.entries(topics()),
    pluginCommands: await pluginRows(),
    width: width(),
  });
  writeStdout(help);
}

/**
 * Prints the help of a topic of ours, such as `driver`.
 *
 * @param others commands that are not in the table
 */
export async function showTopicHelp(topic: string, others: readonly Row[] = []): Promise<void> {
  const all = [...(await commandRows()), ...others, ...(await pluginRows())];
  const commands = all.filter(([name]) => name.startsWith(`${topic} `));
  writeStdout(topicHelp({ topic, summary: topics()[topic] ?? "", commands, width: width() }));
}

/**
 * Prints the help of a command.
 *
 * @param argv what else was typed: `create -d NAME --help` shows the options of that driver as well
 */
export async function showCommandHelp(name: string, command: ShownCommand, argv: readonly string[] = []): Promise<void> {
  const moreFlags = name === "create" ? await flagsOfDriver(argv) : undefined;
  writeStdout(commandHelp({ name, command, width: width(), ...(moreFlags === undefined ? {} : { moreFlags }) }));
}

/** The program's own commands, but hidden ones, with their summaries. */
async function commandRows(): Promise<Row[]> {
  const loaded = Object.entries(commandTable).map(async ([name, load]) => ({ name, command: (await load()).default }));
  const all = await Promise.all(loaded);
  return all.filter(({ command }) => command.hidden !== true).map(({ name, command }) => [name, command.summary]);
}

async function pluginRows(): Promise<readonly Row[]> {
  if (!hasUserPlugins()) return [];
  const { userCommands } = await import("../oclif/user-commands.js");
  return userCommands();
}

async function flagsOfDriver(argv: readonly string[]): Promise<{ readonly title: string; readonly flags: Flags } | undefined> {
  const { flags } = parseCommandLine(argv, { ...globalFlags, ...createFlags }, { env: process.env, unknownFlags: "leave-out" });
  if (flags.driver === undefined) return undefined;
  const { createContext } = await import("../context.js");
  const { drivers } = await createContext({ debug: flags.debug, storePaths: {}, githubToken: flags["github-api-token"], output: "data" });
  const { definition } = await drivers.obtain(flags.driver);
  return { title: `FLAGS OF THE DRIVER ${definition.name}`, flags: driverFlags(definition) };
}

function width(): number {
  return Math.max(NARROWEST, process.stdout.columns ?? WIDTH);
}
