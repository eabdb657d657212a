import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  Host,
  LockOptions,
  Logger,
  RunOptions,
  RunResult,
  SshEndpoint,
  SshKey,
  SshKeyOptions,
  SshRunOptions,
} from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { withLock } from "../files/lock.js";
import { runProcess } from "../process/run-process.js";
import type { ConnectOptions } from "../ssh/connect.js";

/** What {@link DriverHost} stands on. */
export interface DriverHostOptions {
  readonly machineName: string;
  /** `undefined` where the driver works without a machine. */
  readonly machineDirectory: string | undefined;
  /** What the machines of its driver share, by key. */
  readonly shared: Map<string, unknown>;
  readonly storeId: () => Promise<string>;
  readonly log: Logger;
  readonly progress: (step: string) => void;
  readonly signal: AbortSignal;
  /** Where all drivers keep what can be made or fetched again. */
  readonly cacheDirectory: string;
  /** How to connect to the machine's host. Asked when the driver logs in. */
  readonly connectOptions: () => ConnectOptions;
}

const LOCK_NAME = /^[a-z][a-z0-9-]*$/;

/** The SDK's {@link Host} for one machine: its log lines begin with the machine's name in parentheses, as the Go program's do. */
export class DriverHost implements Host {
  readonly log: Logger;
  readonly #options: DriverHostOptions;

  constructor(options: DriverHostOptions) {
    this.#options = options;
    this.log = prefixed(options.log, `(${options.machineName}) `);
  }

  get signal(): AbortSignal {
    return this.#options.signal;
  }

  async run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    this.log.debug(`Running ${[file, ...args].join(" ")}`);
    return runProcess(file, args, { ...options, signal: this.signal });
  }

  progress(step: string): void {
    this.#options.progress(step);
  }

  async sleep(durationMs: number): Promise<void> {
    try {
      await sleep(durationMs, undefined, { signal: this.signal });
    } catch (cause) {
      throw new MachineError("OPERATION_ABORTED", `Interrupted while waiting for "${this.#options.machineName}".`, { cause });
    }
  }

  async createSshKey(options: SshKeyOptions = {}): Promise<SshKey> {
    const { machineDirectory, machineName } = this.#options;
    if (machineDirectory === undefined) throw new TypeError("There is no machine to make a key for");
    const { createSshKey } = await import("../ssh/keys.js");
    return createSshKey(machineDirectory, { ...options, comment: machineName });
  }

  async runOverSsh(endpoint: SshEndpoint, command: readonly [string, ...string[]], options: SshRunOptions = {}): Promise<RunResult> {
    const [{ connectSsh }, { commandLine }] = await Promise.all([import("../ssh/connect.js"), import("../ssh/quote.js")]);
    this.log.debug(`Running on the host: ${command.join(" ")}`);
    using connection = await connectSsh(endpoint, this.#options.connectOptions());
    return await connection.run(commandLine(command), options);
  }

  get cacheDirectory(): string {
    mkdirSync(this.#options.cacheDirectory, { recursive: true, mode: 0o700 });
    return this.#options.cacheDirectory;
  }

  shared<T>(key: string, make: () => T): T {
    const { shared } = this.#options;
    if (!shared.has(key)) shared.set(key, make());
    return shared.get(key) as T;
  }

  async storeId(): Promise<string> {
    return this.#options.storeId();
  }

  async withLock<T>(name: string, { subject, timeoutMs }: LockOptions, action: () => Promise<T>): Promise<T> {
    if (!LOCK_NAME.test(name)) throw new TypeError(`A lock's name is lower case letters, digits and dashes, not ${JSON.stringify(name)}`);
    const onWait = (message: string) => this.log.info(message);
    const options = { subject, signal: this.signal, onWait, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    return withLock(join(this.#options.cacheDirectory, ".locks", `${name}.lock`), options, action);
  }
}

function prefixed(log: Logger, prefix: string): Logger {
  return {
    debug: (message) => log.debug(prefix + message),
    info: (message) => log.info(prefix + message),
    warn: (message) => log.warn(prefix + message),
  };
}
