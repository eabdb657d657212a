import { join } from "node:path";
import { directories, systemDirectories } from "./directories.js";
import { Drivers } from "./drivers/drivers.js";
import { localIndex } from "./drivers/official-index/local-index.js";
import type { PolicyPlaces } from "./drivers/policy/policy-places.js";
import type { DriverCatalog } from "./drivers/search/driver-catalog.js";
import { MachineError } from "./errors.js";
import { installSteps } from "./install-steps.js";
import { interruptSignal } from "./interrupt.js";
import type { MachineContext } from "./machines/machine-context.js";
import { PluginHooks } from "./plugins/plugin-hooks.js";
import { programRoot, programVersion } from "./program-package.js";
import { loadSettings } from "./settings.js";
import { MachineStore } from "./store/machine-store.js";
import { type StorePathOptions, StorePaths } from "./store/store-paths.js";
import { confirm } from "./terminal/confirm.js";
import type { Tasks } from "./terminal/tasks.js";
import { TerminalLog } from "./terminal/terminal-log.js";

const DEFAULT_WAIT_TIMEOUT_MS = 300_000;
const POLICY_FILE = "policy.json";

/** What a command line says about the whole program. */
export interface ContextOptions {
  readonly debug: boolean;
  readonly storePaths: StorePathOptions;
  readonly githubToken?: string | undefined;
  /** Whether stdout is for lines about progress, or for data that somebody evaluates or parses. */
  readonly output: "progress" | "data";
}

/** The parts of the program, put together for one command. */
export interface Context {
  readonly machines: MachineContext;
  readonly drivers: Drivers;
  /** The driver of `create` without `-d`: see default-driver.ts. */
  defaultDriver(): Promise<string>;
  /** Where policies for drivers are looked for. */
  readonly policyPlaces: PolicyPlaces;
  /** The drivers that there are to install. Loaded when it is needed. */
  catalog(): Promise<DriverCatalog>;
  /** Runs work and shows how far it is. Loaded when it is needed. */
  tasks(): Promise<Tasks>;
}

/**
 * Puts the parts together, without I/O. What costs time to make is made when it is first asked for: streams to the terminal, the signal of interrupts, settings.
 * Until its signal is asked for, an interrupt ends the process at once: then there is nothing to keep or to remove.
 */
export async function createContext(options: ContextOptions): Promise<Context> {
  const { output, githubToken } = options;
  const log = new TerminalLog({
    get info() {
      return output === "progress" ? process.stdout : process.stderr;
    },
    get stderr() {
      return process.stderr;
    },
    debug: options.debug,
  });
  const interrupted = once(() => interruptSignal((message) => log.warn(message)));
  const paths = new StorePaths(options.storePaths);
  const { cache, config, data } = directories({ env: process.env, platform: process.platform });
  const policyPlaces = policyPlacesOf(config);
  const driverPlaces = {
    directory: join(data, "drivers"),
    cacheDirectory: cache,
    settings: () => loadSettings({ configDirectory: config, env: process.env }),
    env: githubToken === undefined ? process.env : { ...process.env, MACHINE_GITHUB_API_TOKEN: githubToken },
    log,
  };
  const catalog = once(async () => {
    const { DriverCatalog } = await import("./drivers/search/driver-catalog.js");
    return new DriverCatalog({ ...driverPlaces, indexDirectory: join(programRoot(), "index"), signal: interrupted() });
  });
  const drivers = new Drivers({
    ...driverPlaces,
    policyPlaces,
    cwd: process.cwd(),
    get programVersion() {
      return programVersion();
    },
    officialIndex: localIndex({
      get shippedDirectory() {
        return join(programRoot(), "index");
      },
      cacheDirectory: cache,
      warn: (message) => log.warn(message),
    }),
    get signal() {
      return interrupted();
    },
    onStep: (step) => log.step(installSteps[step]),
    get ask() {
      return isInteractive() ? (question: string) => log.aside(() => confirm(`${question} (y/n): `, interrupted())) : undefined;
    },
  });
  const certificates = async () => {
    const { Certificates } = await import("./certificates/certificates.js");
    return new Certificates({ paths: paths.authority, log, signal: interrupted() });
  };
  const waitTimeoutMs = waitTimeout(process.env);
  return {
    machines: {
      store: new MachineStore(paths, { cacheDirectory: cache }),
      drivers,
      certificates,
      hooks: new PluginHooks(interrupted),
      driverCacheDirectory: join(cache, "driver-cache"),
      shared: sharedByDrivers(),
      log,
      get signal() {
        return interrupted();
      },
      progress: (step) => log.debug(step),
      waitTimeoutMs,
    },
    drivers,
    defaultDriver: async () => {
      const { defaultDriver } = await import("./drivers/default-driver.js");
      return defaultDriver({ settings: await driverPlaces.settings(), env: process.env });
    },
    policyPlaces,
    catalog,
    tasks: () => makeTasks(log, options),
  };
}

async function makeTasks(log: TerminalLog, { output, debug }: ContextOptions): Promise<Tasks> {
  const { Tasks } = await import("./terminal/tasks.js");
  const isLive = output === "progress" && !debug && isLiveTerminal(process.stdout, process.env);
  return new Tasks({ log, ...(isLive ? { terminal: process.stdout } : {}) });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function sharedByDrivers(): (driverName: string) => Map<string, unknown> {
  const shared = new Map<string, Map<string, unknown>>();
  return (driverName) => {
    const ofDriver = shared.get(driverName) ?? new Map<string, unknown>();
    shared.set(driverName, ofDriver);
    return ofDriver;
  };
}

/** Whether lines may change: somebody looks at a terminal that can move its cursor. */
function isLiveTerminal(stream: NodeJS.WriteStream, { CI = "", TERM }: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && TERM !== "dumb" && ["", "0", "false"].includes(CI);
}

/** `$MACHINE_WAIT_TIMEOUT`, there in seconds. Default: 300. */
function waitTimeout({ MACHINE_WAIT_TIMEOUT: text = "" }: NodeJS.ProcessEnv): number {
  if (text === "") return DEFAULT_WAIT_TIMEOUT_MS;
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text) * 1000;
  throw new MachineError(
    "SETTINGS_INVALID",
    `$MACHINE_WAIT_TIMEOUT is ${JSON.stringify(text)}, but it must be a whole number of seconds above 0.`,
  );
}

function policyPlacesOf(config: string): PolicyPlaces {
  const system = systemDirectories({ env: process.env, platform: process.platform });
  return { system: system.map((folder) => join(folder, POLICY_FILE)), user: join(config, POLICY_FILE) };
}

function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}
