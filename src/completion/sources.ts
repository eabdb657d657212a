import type { Flags } from "../command-line/flags.js";
import { globalFlags } from "../command-line/global-flags.js";
import { parseCommandLine } from "../command-line/parse.js";
import { commandTable } from "../command-table.js";
import { createFlags, driverFlags } from "../create-flags.js";
import { topics } from "../help/topics.js";
import { hasUserPlugins } from "../plugins/user-plugins.js";
import { MachineStore } from "../store/machine-store.js";
import { StorePaths } from "../store/store-paths.js";
import type { CompletionSources } from "./candidates.js";

/** Not worth to be offered: the shell calls it. */
const HIDDEN = ["complete", "sftp-server"];

/** What completion knows of this computer: cheap, without network, and nothing is written or installed. */
export async function completionSources(words: readonly string[]): Promise<CompletionSources> {
  const { flags } = parseCommandLine(words, globalFlags, { env: process.env, unknownFlags: "leave-out" });
  const paths = new StorePaths({ storagePath: flags["storage-path"] });
  const own = Object.keys(commandTable).filter((name) => !HIDDEN.includes(name));
  return {
    commands: own,
    others: [...Object.keys(topics()), ...(await pluginCommands())],
    load: async (name) => (await commandTable[name]?.())?.default,
    names: async (kind) => (kind === "machines" ? new MachineStore(paths).names() : (await installedDrivers()).map(({ name }) => name)),
    moreFlags: async (command, argv) => (command === "create" ? flagsOfDriver(argv).catch(() => ({})) : {}),
  };
}

async function pluginCommands(): Promise<readonly string[]> {
  if (!hasUserPlugins()) return [];
  const { userCommands } = await import("../oclif/user-commands.js");
  return (await userCommands()).map(([name]) => name);
}

async function installedDrivers() {
  return (await drivers()).list();
}

/** The flags of a driver that is there: completion installs none. */
async function flagsOfDriver(argv: readonly string[]): Promise<Flags> {
  const { flags } = parseCommandLine(argv, { ...globalFlags, ...createFlags }, { env: process.env, unknownFlags: "leave-out" });
  if (flags.driver === undefined || !(await installedDrivers()).some(({ name }) => name === flags.driver)) return {};
  const { loaded } = await (await drivers()).describe(flags.driver);
  return driverFlags(loaded.definition);
}

async function drivers() {
  const { createContext } = await import("../context.js");
  return (await createContext({ debug: false, storePaths: {}, output: "data" })).drivers;
}
