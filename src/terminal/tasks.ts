import type { Logger } from "@docker-machine/driver-sdk";
import type { LiveLine } from "./live-progress.js";
import type { TerminalLog } from "./terminal-log.js";

/** What {@link Tasks} prints with. */
export interface TasksOptions {
  readonly log: TerminalLog;
  /** The terminal for a live display; absent: plain lines. */
  readonly terminal?: NodeJS.WriteStream;
}

/** Where a task says what it does. */
export interface TaskOutput {
  readonly log: Logger;
  readonly progress: (step: string) => void;
}

/** How {@link Tasks.run} runs. */
export interface RunOptions {
  /** How many run at once. Default: all. */
  readonly parallel?: number;
}

/** Runs named pieces of work at once, and shows how far they are: on a terminal by a live line each, elsewhere by plain lines. */
export class Tasks {
  readonly #options: TasksOptions;

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  /** Runs `action` for each name. All are tried; the outcomes are in the order of the names. */
  async run(
    names: readonly string[],
    action: (name: string, output: TaskOutput) => Promise<void>,
    { parallel = names.length }: RunOptions = {},
  ): Promise<PromiseSettledResult<void>[]> {
    const { log, terminal } = this.#options;
    if (terminal === undefined)
      return settleAll(names, parallel, (name) => action(name, plainOutput(log, names.length > 1 ? name : undefined)));
    const { LiveProgress } = await import("./live-progress.js");
    const live = new LiveProgress({ stream: terminal, keepSteps: names.length === 1 });
    const show = async (name: string) => {
      const line = live.start(name);
      try {
        await action(name, liveOutput(log, names.length > 1 ? name : undefined, line));
        line.end("done");
      } catch (error) {
        line.end("failed");
        throw error;
      }
    };
    try {
      return await log.during(live, () => settleAll(names, parallel, show));
    } finally {
      live.pause();
    }
  }
}

/** @param name begins the lines that don't name the machine themselves; absent: none does */
function plainOutput(log: Logger, name: string | undefined): TaskOutput {
  const own = {
    debug: (message: string) => log.debug(named(name, message)),
    info: (message: string) => log.info(named(name, message)),
    warn: (message: string) => log.warn(named(name, message)),
  };
  return { log: own, progress: own.debug };
}

/** What ends in three dots tells what is being done now; that is what the live line is for. */
function liveOutput(log: Logger, name: string | undefined, line: LiveLine): TaskOutput {
  const plain = plainOutput(log, name).log;
  const info = (message: string) => {
    const step = /^(?:\([^)]*\) )?(.*)\.\.\.$/.exec(message)?.[1];
    if (step === undefined) plain.info(message);
    else line.step(step);
  };
  return { log: { ...plain, info }, progress: (step) => line.step(step) };
}

function named(name: string | undefined, message: string): string {
  const isNamed = name === undefined || message.startsWith(`(${name}) `) || message.includes(JSON.stringify(name));
  return isNamed ? message : `(${name}) ${message}`;
}

async function settleAll(
  names: readonly string[],
  parallel: number,
  action: (name: string) => Promise<void>,
): Promise<PromiseSettledResult<void>[]> {
  const results: PromiseSettledResult<void>[] = [];
  const waiting = names.entries();
  const work = async () => {
    for (const [index, name] of waiting) [results[index]] = (await Promise.allSettled([action(name)])) as [PromiseSettledResult<void>];
  };
  await Promise.all(Array.from({ length: Math.min(parallel, names.length) }, work));
  return results;
}
