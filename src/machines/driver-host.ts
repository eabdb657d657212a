import { setTimeout as sleep } from "node:timers/promises";
import type { Host, Logger, RunOptions, RunResult, SshKey, SshKeyOptions } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { runProcess } from "../process/run-process.js";

/** What {@link DriverHost} stands on. */
export interface DriverHostOptions {
  readonly machineName: string;
  readonly machineDirectory: string;
  readonly log: Logger;
  readonly progress: (step: string) => void;
  readonly signal: AbortSignal;
}

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
    const { createSshKey } = await import("../ssh/keys.js");
    return createSshKey(this.#options.machineDirectory, { ...options, comment: this.#options.machineName });
  }
}

function prefixed(log: Logger, prefix: string): Logger {
  return {
    debug: (message) => log.debug(prefix + message),
    info: (message) => log.info(prefix + message),
    warn: (message) => log.warn(prefix + message),
  };
}
