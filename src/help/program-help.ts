import type { Flags } from "../command-line/flags.js";
import { type Row, rowSection, textSection } from "./columns.js";
import { flagRow } from "./flag-row.js";

/** What {@link programHelp} shows. */
export interface ProgramHelpOptions {
  readonly version: string;
  readonly globalFlags: Flags;
  readonly commands: readonly Row[];
  /** Words that begin further commands, such as `driver`. */
  readonly topics: readonly Row[];
  /** Commands that the user's plugins add. */
  readonly pluginCommands: readonly Row[];
  /** Columns of the terminal. */
  readonly width: number;
}

/** The help of the whole program. */
export function programHelp({ version, globalFlags, commands, topics, pluginCommands, width }: ProgramHelpOptions): string {
  const flags = Object.entries(globalFlags).map(([name, flag]) => flagRow(name, flag));
  const sections = [
    "Create and manage machines running Docker.",
    textSection("VERSION", version, width),
    textSection("USAGE", "$ docker-machine [GLOBAL FLAGS] COMMAND [FLAGS] [NAMES...]", width),
    rowSection("COMMANDS", commands, width),
    rowSection("TOPICS", topics, width),
    rowSection("COMMANDS OF YOUR PLUGINS", pluginCommands, width),
    rowSection("GLOBAL FLAGS", flags, width),
    "Run 'docker-machine COMMAND --help' for a command, and 'docker-machine TOPIC --help' for the commands of a topic.",
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** What {@link topicHelp} shows. */
export interface TopicHelpOptions {
  readonly topic: string;
  readonly summary: string;
  readonly commands: readonly Row[];
  /** Columns of the terminal. */
  readonly width: number;
}

/** The help of a word that begins several commands. */
export function topicHelp({ topic, summary, commands, width }: TopicHelpOptions): string {
  const sections = [
    summary,
    textSection("USAGE", `$ docker-machine ${topic} COMMAND [FLAGS] [ARGUMENTS...]`, width),
    rowSection("COMMANDS", commands, width),
    `Run 'docker-machine ${topic} COMMAND --help' for a command.`,
  ];
  return `${sections.join("\n\n")}\n`;
}
