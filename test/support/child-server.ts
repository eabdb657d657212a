import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** A server program that runs until it is stopped. */
export class ChildServer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #output = "";

  constructor(file: string, args: readonly string[]) {
    this.#child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = new Promise((resolve) => {
      this.#child.on("close", () => resolve());
      this.#child.on("error", (error) => {
        this.#output += error.message;
        resolve();
      });
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on("data", (chunk) => (this.#output += String(chunk)));
  }

  /** `undefined`: it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** What it has printed. */
  get output(): string {
    return this.#output;
  }

  /** Waits until `isReady` says so. */
  async whenReady(isReady: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
    const endsAt = Date.now() + timeoutMs;
    while (!(await isReady().catch(() => false))) {
      const hasEnded = this.#child.exitCode !== null || this.#child.pid === undefined;
      if (hasEnded || Date.now() > endsAt) throw new Error(`The server did not get ready:\n${this.#output}`);
      await sleep(50);
    }
  }

  /** Asks it to end, and waits for that. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill("SIGTERM");
    await this.#ended;
  }
}
