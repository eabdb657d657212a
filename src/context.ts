import { join } from "node:path";
import { Drivers } from "./drivers/drivers.js";
import { MachineError } from "./errors.js";
import { interruptSignal } from "./interrupt.js";
import type { MachineContext } from "./machines/machine-context.js";
import { loadSettings } from "./settings.js";
import { MachineStore } from "./store/machine-store.js";
import type { StorePaths } from "./store/store-paths.js";
import { confirm } from "./terminal/confirm.js";
import { terminalLog } from "./terminal/terminal-log.js";

const DEFAULT_WAIT_TIMEOUT_MS = 300_000;

/** What a command line says about the whole program. */
export interface ContextOptions {
  readonly debug: boolean;
  readonly paths: StorePaths;
  readonly githubToken?: string;
  /** Whether stdout is for lines about progress, or for data that somebody evaluates or parses. */
  readonly output: "progress" | "data";
  /** Where settings.json is. */
  readonly configDirectory: string;
  /** Where installed drivers are. */
  readonly dataDirectory: string;
}

/** The parts of the program, put together for one command. */
export interface Context {
  readonly machines: MachineContext;
  readonly drivers: Drivers;
}

/** Puts the parts together. The only I/O is reading settings.json. */
export async function createContext(options: ContextOptions): Promise<Context> {
  const { paths, output } = options;
  const log = terminalLog({ info: output === "progress" ? process.stdout : process.stderr, stderr: process.stderr, debug: options.debug });
  const signal = interruptSignal((message) => log.warn(message));
  const store = new MachineStore(paths);
  const drivers = new Drivers({
    directory: join(options.dataDirectory, "drivers"),
    settings: await loadSettings({ configDirectory: options.configDirectory, env: process.env }),
    env: options.githubToken === undefined ? process.env : { ...process.env, MACHINE_GITHUB_API_TOKEN: options.githubToken },
    cwd: process.cwd(),
    log,
    signal,
    ...(isInteractive() ? { ask: (question: string) => confirm(`${question} (y/n): `) } : {}),
  });
  const certificates = async () => {
    const { Certificates } = await import("./certificates/certificates.js");
    return new Certificates({ paths: paths.authority, log, signal });
  };
  return {
    machines: { store, drivers, certificates, log, signal, progress: (step) => log.debug(step), waitTimeoutMs: waitTimeoutMs(process.env) },
    drivers,
  };
}

/** `$MACHINE_WAIT_TIMEOUT` in seconds. Default: 300. */
function waitTimeoutMs({ MACHINE_WAIT_TIMEOUT: text = "" }: NodeJS.ProcessEnv): number {
  if (text === "") return DEFAULT_WAIT_TIMEOUT_MS;
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text) * 1000;
  throw new MachineError(
    "SETTINGS_INVALID",
    `$MACHINE_WAIT_TIMEOUT is ${JSON.stringify(text)}, but it must be a whole number of seconds above 0.`,
  );
}

function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}
