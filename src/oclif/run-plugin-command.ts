import { type Config, run } from "@oclif/core";
import { globalFlags } from "../command-line/global-flags.js";
import { parseCommandLine } from "../command-line/parse.js";
import { MachineError, messageOf } from "../errors.js";
import { loadConfig } from "./load-config.js";

/** What {@link runPluginCommand} came upon. */
export type PluginCommandOutcome =
  | { readonly kind: "done" }
  /** There is no such command. `known` are those of all plugins. */
  | { readonly kind: "unknown"; readonly known: readonly string[] };

/**
 * Runs the command of a plugin. Global flags before it reach it by their variables.
 *
 * @param argv everything from the first word of the command on
 * @throws {MachineError} `PLUGIN_COMMAND_FAILED`, with the exit code that the command chose
 */
export async function runPluginCommand(argv: readonly string[], globals: readonly string[]): Promise<PluginCommandOutcome> {
  exportGlobals(globals);
  const config = await loadConfig();
  if (!isKnown(config, argv)) return { kind: "unknown", known: config.commandIDs.map((id) => id.replaceAll(":", " ")) };
  try {
    await run([...argv], config);
  } catch (error) {
    const { oclif } = error as OclifError;
    if (oclif?.exit === undefined) throw commandFailed(argv, error);
    // `this.exit(code)` of oclif's Command.
    if ((error as OclifError).code === "EEXIT") process.exitCode = oclif.exit;
    else throw usageError(error as OclifError, oclif.exit);
  } finally {
    await Promise.all([process.stdout, process.stderr].map(written));
  }
  return { kind: "done" };
}

/** What oclif adds to the errors it throws. */
interface OclifError extends Error {
  readonly code?: string;
  readonly suggestions?: readonly string[];
  readonly oclif?: { readonly exit?: number };
}

function exportGlobals(globals: readonly string[]): void {
  const { flags } = parseCommandLine(globals, globalFlags, { env: {} });
  for (const [name, { env }] of Object.entries(globalFlags)) {
    const value = flags[name as keyof typeof flags];
    if (env !== undefined && typeof value === "string") process.env[env] = value;
  }
}

/** Long output into a pipe is written in the background; the process must not end before. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}

/** Whether the first words name a command or a topic. */
function isKnown(config: Config, argv: readonly string[]): boolean {
  const end = argv.findIndex((word) => word.startsWith("-"));
  const words = argv.slice(0, end === -1 ? undefined : end);
  return words.some((_, index) => {
    const id = words.slice(0, index + 1).join(":");
    const isLast = index === words.length - 1;
    return config.findCommand(id) !== undefined || (isLast && config.findTopic(id) !== undefined);
  });
}

function usageError(error: OclifError, exitCode: number): MachineError {
  const message = error.message.replace(/\nSee more help with --help$/, "");
  return new MachineError("PLUGIN_COMMAND_FAILED", message, {
    cause: error,
    exitCode,
    suggestions: [...(error.suggestions ?? []), ...(exitCode === 2 ? ["docker-machine COMMAND --help shows what a command takes."] : [])],
  });
}

function commandFailed(argv: readonly string[], error: unknown): MachineError {
  return new MachineError("PLUGIN_COMMAND_FAILED", `The command ${JSON.stringify(argv[0])} of a plugin failed: ${messageOf(error)}`, {
    cause: error,
    suggestions: [
      "docker-machine plugins lists what is installed.",
      "Run it again with --debug before the command to see where it comes from.",
    ],
  });
}
