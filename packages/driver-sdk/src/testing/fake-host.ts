import { generateKeyPairSync } from "node:crypto";
import { mkdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { DriverError } from "../errors.js";
import type { Host, LockOptions, Logger, RunOptions, RunResult, SshKey, SshRunOptions } from "../host.js";
import type { SshEndpoint } from "../ssh-endpoint.js";
import { throwIfAborted } from "../wait-for.js";
import { type StepRunner, undisturbed } from "./step-runner.js";

/** A program as a test plays it. What is left out of the result counts as exit code 0 and no output. */
export type RunScript = (file: string, args: readonly string[], options: RunOptions) => Partial<RunResult> | Promise<Partial<RunResult>>;

/** A machine's host as a test plays it: what a command on it comes to. */
export type SshScript = (
  command: readonly [string, ...string[]],
  endpoint: SshEndpoint,
  options: SshRunOptions,
) => Partial<RunResult> | Promise<Partial<RunResult>>;

/** One call of {@link FakeHost.run}. */
export interface RecordedRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: RunOptions;
}

/** One line that the driver logged. */
export interface RecordedLine {
  readonly level: keyof Logger;
  readonly message: string;
}

/** How a {@link FakeHost} behaves. */
export interface FakeHostOptions {
  /** Plays the programs. Default: every program is missing (`COMMAND_NOT_FOUND`). */
  readonly run?: RunScript;
  /** Plays the commands that are run on the machine's host. Default: nothing answers there (`SSH_UNREACHABLE`). */
  readonly ssh?: SshScript;
  /** The folder for what can be fetched again. Default: `cache` in the machine's folder. */
  readonly cacheDirectory?: string;
  /** The machine's folder, where the SSH key is made. Without it, `createSshKey` is refused. */
  readonly directory?: string;
  /** The store's UUID. Default: one that all have in common. */
  readonly storeId?: string;
  /** What runs, sleeps and key creation pass through. Default: nothing. */
  readonly steps?: StepRunner;
}

/** A {@link Host} for tests: it starts no program, writes down what the driver does, and its clock is the driver's own pauses. */
export class FakeHost implements Host {
  /** The programs that were run, in order. */
  readonly runs: RecordedRun[] = [];
  /** What was logged, in order. */
  readonly lines: RecordedLine[] = [];
  /** What {@link progress} was told, in order. */
  readonly progressSteps: string[] = [];
  /** The pauses asked for, in milliseconds. They take no time. */
  readonly sleepsMs: number[] = [];
  /** How many runs, pauses and key creations were refused because of {@link abort}. */
  refusals = 0;
  readonly log: Logger = {
    debug: (message) => this.#write("debug", message),
    info: (message) => this.#write("info", message),
    warn: (message) => this.#write("warn", message),
  };
  readonly #controller = new AbortController();
  readonly #script: RunScript;
  readonly #sshScript: SshScript;
  readonly #directory: string | undefined;
  readonly #cacheDirectory: string | undefined;
  readonly #locks = new Map<string, Promise<unknown>>();
  readonly #shared = new Map<string, unknown>();
  readonly #storeId: string;
  readonly #steps: StepRunner;

  constructor(options: FakeHostOptions = {}) {
    this.#script = options.run ?? everyProgramMissing;
    this.#sshScript = options.ssh ?? nothingAnswers;
    this.#directory = options.directory;
    this.#cacheDirectory = options.cacheDirectory;
    this.#storeId = options.storeId ?? "00000000-0000-4000-8000-000000000000";
    this.#steps = options.steps ?? undisturbed;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Interrupts the driver, as Ctrl-C does. */
  abort(): void {
    this.#controller.abort();
  }

  /** @throws {Error} if the host was made without a folder */
  get cacheDirectory(): string {
    const path = this.#cacheDirectory ?? (this.#directory === undefined ? undefined : join(this.#directory, "cache"));
    if (path === undefined) throw new Error("This FakeHost was made without a directory, so it has no cache.");
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  async run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return this.#step(["run", file, ...args].join(" "), async () => {
      this.runs.push({ file, args: [...args], options });
      return resultOf(file, await this.#script(file, args, options), options);
    });
  }

  async runOverSsh(endpoint: SshEndpoint, command: readonly [string, ...string[]], options: SshRunOptions = {}): Promise<RunResult> {
    return this.#step(["ssh", ...command].join(" "), async () =>
      resultOf(command[0], await this.#sshScript(command, endpoint, options), options),
    );
  }

  /** Holds locks among the calls on this host, not among processes. */
  async withLock<T>(name: string, _options: LockOptions, action: () => Promise<T>): Promise<T> {
    const before = this.#locks.get(name) ?? Promise.resolve();
    const result = before.then(action, action);
    this.#locks.set(
      name,
      result.catch(() => undefined),
    );
    return result;
  }

  /** Shares among the calls on this host. */
  shared<T>(key: string, make: () => T): T {
    if (!this.#shared.has(key)) this.#shared.set(key, make());
    return this.#shared.get(key) as T;
  }

  async storeId(): Promise<string> {
    return this.#storeId;
  }

  progress(step: string): void {
    this.progressSteps.push(step);
  }

  async sleep(durationMs: number): Promise<void> {
    await this.#step(`sleep ${durationMs} ms`, async () => {
      this.sleepsMs.push(durationMs);
      await setImmediate();
    });
  }

  async createSshKey(): Promise<SshKey> {
    return this.#step("createSshKey", () => makeSshKey(this.#directory));
  }

  async #step<T>(name: string, effect: () => Promise<T>): Promise<T> {
    if (this.signal.aborted) this.refusals += 1;
    throwIfAborted(this.signal);
    const value = await this.#steps.step(name, effect);
    throwIfAborted(this.signal);
    return value;
  }

  #write(level: keyof Logger, message: string): void {
    this.lines.push({ level, message });
  }
}

function resultOf(program: string, result: Partial<RunResult>, options: Pick<RunOptions, "acceptedExitCodes">): RunResult {
  const { exitCode = 0, stdout = "", stderr = "" } = result;
  if (!(options.acceptedExitCodes ?? [0]).includes(exitCode)) {
    throw new DriverError("COMMAND_FAILED", `${program} ended with exit code ${exitCode}: ${stderr.trim()}`);
  }
  return { exitCode, stdout, stderr };
}

function nothingAnswers(_command: readonly string[], { host, port }: SshEndpoint): never {
  throw new DriverError("SSH_UNREACHABLE", `Nothing answers at ${host}:${port}.`);
}

function everyProgramMissing(file: string): never {
  throw new DriverError("COMMAND_NOT_FOUND", `The program ${file} was not found.`);
}

async function makeSshKey(directory: string | undefined): Promise<SshKey> {
  if (directory === undefined) throw new Error("This FakeHost was made without a directory, so it can't make SSH keys.");
  const privateKeyPath = join(directory, "id_ed25519");
  const publicKeyPath = `${privateKeyPath}.pub`;
  const existing = await readFile(publicKeyPath, "utf8").catch(() => undefined);
  if (existing !== undefined) return { privateKeyPath, publicKey: existing };
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  await writeFile(privateKeyPath, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
  const line = authorizedKeysLine(Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url"));
  await writeFile(publicKeyPath, line, { mode: 0o600 });
  return { privateKeyPath, publicKey: line };
}

/** RFC 8709, section 4: an ed25519 public key is its name and its 32 bytes, each with a length before it. */
function authorizedKeysLine(key: Buffer): string {
  const parts = [Buffer.from("ssh-ed25519"), key].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return `ssh-ed25519 ${Buffer.concat(parts).toString("base64")} fake-host`;
}
