import { isDriverError, type MachineStatus } from "@docker-machine/driver-sdk";
import { type EngineCredentials, Engines, readEngineCredentials } from "../engine/docker-api.js";
import { messageOf } from "../errors.js";
import type { SshConnection } from "../ssh/ssh-connection.js";
import type { EngineOptions, MachineConfig, SwarmOptions } from "../store/machine-config.js";
import { engineTunnel } from "./engine-tunnel.js";
import type { MachineContext } from "./machine-context.js";
import { openLoaded } from "./open-machine.js";

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
 * Asks all machines of `names` at once, with one deadline for everything. It writes nothing and does not fail: what goes wrong is in the rows.
 * A machine that is removed meanwhile has none.
 */
export async function listMachines(context: MachineContext, names: readonly string[], options: ListOptions): Promise<ListedMachine[]> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error("No answer in time")), options.timeoutMs);
  const late = new Promise<"late">((resolve) => deadline.signal.addEventListener("abort", () => resolve("late"), { once: true }));
  const sharedJumps = new Map<string, Promise<SshConnection>>();
  const asked = { context: withDeadline(context, deadline), engines: new Engines(), sharedJumps, late, options, signal: deadline.signal };
  const rows = await Promise.all(names.map((name) => describe(asked, name)));
  clearTimeout(timer);
  for (const jump of sharedJumps.values()) jump.then((connection) => connection.close()).catch(() => undefined);
  return rows.filter((row) => row !== undefined);
}

/** What all rows share. */
interface Asked {
  readonly context: MachineContext;
  readonly engines: Engines;
  /** An SSH server drops some of many logins at once (OpenSSH's MaxStartups), and many machines may be behind one jump host. */
  readonly sharedJumps: Map<string, Promise<SshConnection>>;
  /** Resolved at the deadline. Drivers need not look at their signal: the list goes on without them. */
  readonly late: Promise<"late">;
  readonly options: ListOptions;
  /** Aborted at the deadline. */
  readonly signal: AbortSignal;
}

/** Drivers are told of the deadline by their signal; where one looks at it, an interrupt ends the waiting, too. */
function withDeadline(context: MachineContext, deadline: AbortController): MachineContext {
  let isLinked = false;
  const get = () => {
    if (!isLinked) context.signal.addEventListener("abort", () => deadline.abort(context.signal.reason), { once: true });
    isLinked = true;
    return deadline.signal;
  };
  return Object.create(context, { signal: { get } }) as MachineContext;
}

async function describe(asked: Asked, name: string): Promise<ListedMachine | undefined> {
  const startedAt = process.hrtime.bigint();
  const timed = (row: Omit<ListedMachine, "responseMs">) => ({
    ...row,
    responseMs: Math.round(Number(process.hrtime.bigint() - startedAt) / 1e6),
  });
  const machine: Progress = { known: { name, driverName: "", driverIsMissing: false } };
  try {
    const answer = await Promise.race([asked.late, ask(asked, machine)]);
    if (answer !== "late") return timed({ ...machine.known, ...answer });
    return timed({ ...machine.known, status: "Timeout", url: "", error: "No answer in time" });
  } catch (error) {
    if (isDriverError(error) && error.code === "MACHINE_UNKNOWN") return undefined;
    const unfinished = isBeingCreated(machine.config) ? "Its creation has not finished: " : "";
    return timed({ ...machine.known, status: "Error", url: "", error: `${unfinished}${messageOf(error)}` });
  }
}

/** Whether its host is not made yet, or never will be, since whoever made it was killed. */
function isBeingCreated(config: MachineConfig | undefined): boolean {
  return config?.DockerMachine?.Progress === "creating";
}

type Known = Pick<ListedMachine, "name" | "driverName" | "driverIsMissing" | "engineOptions" | "swarmOptions">;

/** What is known of a machine so far: that is shown of it if nothing else is learned in time. */
interface Progress {
  known: Known;
  config?: MachineConfig;
}

async function ask({ context, engines, sharedJumps, options, signal }: Asked, machine: Progress) {
  const { name } = machine.known;
  const config = await context.store.load(name);
  const { DriverName: driverName, HostOptions } = config;
  machine.config = config;
  machine.known = {
    name,
    driverName,
    engineOptions: HostOptions.EngineOptions,
    swarmOptions: HostOptions.SwarmOptions,
    driverIsMissing: false,
  };
  const open = await openLoaded(context, config);
  const { driver, loaded } = open;
  machine.known = { ...machine.known, driverIsMissing: loaded.kind === "missing" };
  const status = await driver.status();
  if (status !== "Running") return { status, url: "", error: "" };
  const url = await driver.url();
  if (options.engine === false) return { status, url, error: "" };
  try {
    using tunnel = await engineTunnel(context, open, { sharedJumps });
    const answered = await engines.version(url, () => credentialsOf(context, name), {
      timeoutMs: options.timeoutMs,
      signal,
      dial: tunnel?.dial,
    });
    return { status, url, engineVersion: answered.version, error: "" };
  } catch (error) {
    return { status, url, error: `Unable to query docker version: ${reasonOf(error)}` };
  }
}

/** Machines of the Go program's driver "none" have no files of their own. */
function credentialsOf({ store: { paths } }: MachineContext, name: string): EngineCredentials {
  try {
    return readEngineCredentials(paths.machineDirectory(name));
  } catch {
    return readEngineCredentials(paths.certDirectory);
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
