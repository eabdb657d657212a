import type { ArgumentDescription, Command } from "../command-line/define-command.js";
import type { Flags } from "../command-line/flags.js";
import { globalFlags } from "../command-line/global-flags.js";
import { type Row, rowSection, textSection } from "./columns.js";
import { flagRow } from "./flag-row.js";

const GLOBAL_FLAG_NAMES = Object.keys(globalFlags).map((flag) => `--${flag}`);
const GLOBAL_FLAGS = `${GLOBAL_FLAG_NAMES.join(" ")}\n(docker-machine --help explains them)`;

/** What help shows of a command. */
export type ShownCommand = Pick<Command, "summary" | "description" | "usage" | "examples" | "args" | "flags">;

/** What {@link commandHelp} shows. */
export interface CommandHelpOptions {
  /** The words that name the command. */
  readonly name: string;
  readonly command: ShownCommand;
  /** Flags that the command has besides its own, as those of a driver. */
  readonly moreFlags?: { readonly title: string; readonly flags: Flags };
  /** Columns of the terminal. */
  readonly width: number;
}

/** The help of a command. Flags that all commands take are only named: the program's help explains them. */
export function commandHelp({ name, command, moreFlags, width }: CommandHelpOptions): string {
  const own = Object.entries(command.flags).filter(([flag, { hidden }]) => !Object.hasOwn(globalFlags, flag) && hidden !== true);
  const sections = [
    command.summary,
    textSection("USAGE", `$ docker-machine ${usageOf(name, command)}`, Number.POSITIVE_INFINITY),
    rowSection("ARGUMENTS", Object.entries(command.args).map(argumentRow), width),
    rowSection(
      "FLAGS",
      own.map(([flag, description]) => flagRow(flag, description)),
      width,
    ),
    moreFlags === undefined ? "" : rowSection(moreFlags.title, rowsOf(moreFlags.flags), width),
    takesGlobalFlags(command) ? textSection("GLOBAL FLAGS", GLOBAL_FLAGS, width) : "",
    command.description === undefined ? "" : textSection("DESCRIPTION", command.description, width),
    (command.examples ?? []).length === 0
      ? ""
      : textSection("EXAMPLES", (command.examples ?? []).map((line) => `$ ${line}`).join("\n"), Number.POSITIVE_INFINITY),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** Those of plugins take them before their names only. */
function takesGlobalFlags({ flags }: ShownCommand): boolean {
  return Object.keys(globalFlags).every((flag) => Object.hasOwn(flags, flag));
}

function rowsOf(flags: Flags): Row[] {
  return Object.entries(flags).map(([flag, description]) => flagRow(flag, description));
}

function usageOf(name: string, { usage, args }: ShownCommand): string {
  return usage ?? [name, "[FLAGS]", ...Object.entries(args).map(placeholderOf)].join(" ");
}

function argumentRow(argument: [string, ArgumentDescription]): Row {
  return [placeholderOf(argument), argument[1].description];
}

function placeholderOf([name, { required, multiple }]: [string, ArgumentDescription]): string {
  const typed = `${name.toUpperCase()}${multiple ? "..." : ""}`;
  return required ? typed : `[${typed}]`;
}
