import { type BaseDriver, isDriverError, type MachineStatus } from "@docker-machine/driver-sdk";
import { engineVersion, readEngineCredentials } from "../engine/docker-api.js";
import { messageOf } from "../errors.js";
import type { EngineOptions, MachineConfig, SwarmOptions } from "../store/machine-config.js";
import type { MachineContext } from "./machine-context.js";
import { openMachine } from "./open-machine.js";

/** One line of `ls`. */
export interface ListedMachine {
  readonly name: string;
  /** Empty for a machine whose config.json can't be read. */
  readonly driverName: string;
  /** Whether the driver is not installed, or can't be used. Default: false. */
  readonly driverIsMissing?: boolean;
  /** `Timeout`: the driver gave no answer in time. */
  readonly status: MachineStatus | "Timeout";
  readonly url: string;
  /** Docker's version, such as `24.0.7`; absent if it did not answer or was not asked. */
  readonly engineVersion?: string;
  readonly engineOptions?: EngineOptions;
  readonly swarmOptions?: SwarmOptions;
  readonly error: string;
  /** Milliseconds from asking the driver to the engine's answer. */
  readonly responseMs: number;
}

/** How {@link listMachines} asks. */
export interface ListOptions {
  /** Milliseconds for the whole list. */
  readonly timeoutMs: number;
  /** Whether Docker is asked for its version. Default: true. */
  readonly engine?: boolean;
}

/**
 * Asks all machines of `names` at once, with one deadline. It writes nothing and does not fail: what goes wrong is in the rows.
 * A machine that is removed meanwhile has none.
 */
export async function listMachines(context: MachineContext, names: readonly string[], options: ListOptions): Promise<ListedMachine[]> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const bounded = { ...context, signal: AbortSignal.any([context.signal, deadline]) };
  const rows = await Promise.all(names.map((name) => describe(bounded, name, options)));
  return rows.filter((row) => row !== undefined);
}

async function describe(context: MachineContext, name: string, options: ListOptions): Promise<ListedMachine | undefined> {
  const startedAt = performance.now();
  const since = () => Math.round(performance.now() - startedAt);
  let config: MachineConfig | undefined;
  let driverIsMissing = false;
  try {
    config = await context.store.load(name);
    const { driver, loaded } = await openMachine(context, name);
    driverIsMissing = loaded.kind === "missing";
    return { ...known(name, config), ...(await withDeadline(context.signal, ask(context, name, driver, options))), responseMs: since() };
  } catch (error) {
    if (isDriverError(error) && error.code === "MACHINE_UNKNOWN") return undefined;
    const isLate = context.signal.aborted;
    const row = config === undefined ? { name, driverName: "" } : known(name, config);
    return {
      ...row,
      driverIsMissing,
      status: isLate ? "Timeout" : "Error",
      url: "",
      error: isLate ? "No answer in time" : `${isBeingCreated(config) ? "Its creation has not finished: " : ""}${messageOf(error)}`,
      responseMs: since(),
    };
  }
}

/** Whether its host is not made yet, or never will be, since whoever made it was killed. */
function isBeingCreated(config: MachineConfig | undefined): boolean {
  return config?.DockerMachine?.Progress === "creating";
}

function known(name: string, { DriverName, HostOptions }: MachineConfig) {
  return { name, driverName: DriverName, engineOptions: HostOptions.EngineOptions, swarmOptions: HostOptions.SwarmOptions };
}

async function ask(context: MachineContext, name: string, driver: BaseDriver, options: ListOptions) {
  const status = await driver.status();
  if (status !== "Running") return { status, url: "", error: "" };
  const url = await driver.url();
  if (options.engine === false) return { status, url, error: "" };
  try {
    const credentials = await readEngineCredentials(context.store.paths.machineDirectory(name)).catch(() =>
      readEngineCredentials(context.store.paths.certDirectory),
    );
    const { version } = await engineVersion(url, credentials, { signal: context.signal });
    return { status, url, engineVersion: version, error: "" };
  } catch (error) {
    if (context.signal.aborted) throw error;
    return { status, url, error: `Unable to query docker version: ${reasonOf(error)}` };
  }
}

/** The endpoint of the classic Swarm that a machine is master of. */
export function swarmEndpoint({ swarmOptions, url }: ListedMachine): string | undefined {
  if (swarmOptions?.Master !== true || !URL.canParse(url) || !URL.canParse(swarmOptions.Host)) return undefined;
  return `tcp://${new URL(url).hostname}:${new URL(swarmOptions.Host).port}`;
}

/** Scripts read the table: where the Go program has a sentence for it, that sentence stays. */
function reasonOf(error: unknown): string {
  return isDriverError(error) && error.code === "ENGINE_UNREACHABLE" ? "Cannot connect to the docker engine endpoint" : messageOf(error);
}

/** A driver need not look at its signal: the list goes on without it. */
function withDeadline<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
