import { type Command, Config, Help, run, settings } from "@oclif/core";
import { type Flag, switchFlag } from "./command-line/flags.js";
import { globalFlags } from "./command-line/global-flags.js";
import { parseCommandLine } from "./command-line/parse.js";
import { createFlags, driverFlags } from "./create-flags.js";
import { programRoot, versionLine } from "./program-package.js";

settings.enableAutoTranspile = false;

/** Runs the command of a plugin, or says that there is no such command; without any command, prints help. */
export async function runWithOclif(argv: readonly string[], globals: readonly string[]): Promise<void> {
  if (argv.length === 0) return runWithoutCommand(globals);
  const { flags } = parseCommandLine(globals, globalFlags, { env: {} });
  for (const [name, { env }] of Object.entries(globalFlags)) {
    const value = flags[name as keyof typeof flags];
    if (env !== undefined && typeof value === "string") process.env[env] = value;
  }
  await run([...argv], programRoot());
}

const versionFlag = switchFlag({ char: "v", description: "Print the version", helpGroup: "GLOBAL" });

/** Only global flags were typed: those that ask for the version, or else it is help that is wanted. */
async function runWithoutCommand(globals: readonly string[]): Promise<void> {
  const { flags } = parseCommandLine(globals, { ...globalFlags, version: versionFlag }, { env: {} });
  if (!flags.version) return showHelp([]);
  process.stdout.write(`${versionLine()}\n`);
}

/**
 * Prints help for a command, or for the whole program if there is none.
 *
 * @param words the words that name the command
 * @param argv what else was typed: `create -d NAME --help` shows the options of that driver as well
 */
export async function showHelp(words: readonly string[], argv: readonly string[] = []): Promise<void> {
  const config = await Config.load(programRoot());
  if (words.join(" ") !== "create") return new HelpWithGlobalFlags(config).showHelp([...words]);
  const flags = await flagsOfDriver(argv);
  await new HelpForCreate(config, flags).showHelp([...words]);
}

/** The flags that every command takes stand in the help of the program too, where the Go program has them. */
class HelpWithGlobalFlags extends Help {
  override formatRoot(): string {
    const rows = Object.entries({ ...globalFlags, version: versionFlag }).map(([name, flag]) => globalFlagRow(name, flag));
    return `${super.formatRoot()}\n\n${this.section("GLOBAL FLAGS", rows)}`;
  }
}

function globalFlagRow(name: string, { type, char, env, description }: Flag): [string, string] {
  const forms = `${char === undefined ? "    " : `-${char}, `}--${name}${type === "option" ? "=<value>" : ""}`;
  return [forms, env === undefined ? description : `[env: ${env}] ${description}`];
}

class HelpForCreate extends Help {
  readonly #driverFlags: Command.Loadable["flags"];

  constructor(config: Config, flags: Command.Loadable["flags"]) {
    super(config);
    this.#driverFlags = flags;
  }

  override showCommandHelp(command: Command.Loadable): Promise<void> {
    return super.showCommandHelp({ ...command, flags: { ...command.flags, ...this.#driverFlags } });
  }
}

async function flagsOfDriver(argv: readonly string[]): Promise<Command.Loadable["flags"]> {
  const { flags } = parseCommandLine(argv, { ...globalFlags, ...createFlags }, { env: process.env, unknownFlags: "leave-out" });
  if (flags.driver === undefined) return {};
  const { createContext } = await import("./context.js");
  const { drivers } = await createContext({ debug: flags.debug, storePaths: {}, githubToken: flags["github-api-token"], output: "data" });
  const { definition } = await drivers.obtain(flags.driver);
  const shown = Object.entries(driverFlags(definition)).map(([name, flag]) => [name, { ...flag, default: defaultHelpOf(flag) }]);
  return Object.fromEntries(shown) as Command.Loadable["flags"];
}

function defaultHelpOf(flag: Flag): string | undefined {
  return "defaultHelp" in flag ? flag.defaultHelp : undefined;
}
