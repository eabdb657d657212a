import type { SshEndpoint } from "./ssh-endpoint.js";

/** Lines for the user (`info`, `warn`), or only for `--debug`. The host adds the machine's name. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

/** How to run a program. */
export interface RunOptions {
  /** Text written to the program's standard input. Secrets go here, never into arguments. Default: nothing, closed. */
  readonly input?: string;
  /** Variables added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds after which the program is killed. Default: none but {@link Host.signal}. */
  readonly timeoutMs?: number;
  /** Exit codes that are not an error. Default: `[0]`. */
  readonly acceptedExitCodes?: readonly number[];
}

/** What a program that ended with an accepted exit code left behind. */
export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A key pair for logging in to the host. */
export interface SshKey {
  /** OpenSSH format, mode 0600, in the machine's folder. */
  readonly privateKeyPath: string;
  /** One line of `authorized_keys`. */
  readonly publicKey: string;
}

/** How to run a command on a machine's host. */
export type SshRunOptions = Pick<RunOptions, "input" | "timeoutMs" | "acceptedExitCodes">;

/** Which key {@link Host.createSshKey} makes. */
export interface SshKeyOptions {
  /** Default: `ed25519`. `rsa` (3072 bits) is for providers that take nothing else. */
  readonly type?: "ed25519" | "rsa";
}

/** How {@link Host.withLock} waits. */
export interface LockOptions {
  /** What is locked, as it completes "Another docker-machine process is working on": `the host-only networks of VirtualBox`. */
  readonly subject: string;
  /** Milliseconds to wait for the lock. Default: 600,000. */
  readonly timeoutMs?: number;
}

/** What docker-machine does for a driver. A driver never prints, prompts, exits or reads `process.argv`: it asks the host. */
export interface Host {
  readonly log: Logger;
  /** Aborted when the user interrupts or a deadline passes. Pass it on to whatever takes one. */
  readonly signal: AbortSignal;
  /**
   * Runs a program without a shell and waits for its end.
   *
   * @param file a name looked up on PATH, or an absolute path
   * @throws {DriverError} `COMMAND_NOT_FOUND`, `COMMAND_FAILED` (with the end of its stderr), `COMMAND_TIMEOUT`, `OPERATION_ABORTED`
   */
  run(file: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Says what is being done now, for a live display. */
  progress(step: string): void;
  /**
   * Waits.
   *
   * @throws {DriverError} `OPERATION_ABORTED` as soon as {@link signal} is aborted
   */
  sleep(durationMs: number): Promise<void>;
  /** Makes the machine's SSH key, or returns the one it already has. */
  createSshKey(options?: SshKeyOptions): Promise<SshKey>;
  /**
   * Runs a program on the machine's host over SSH and waits for its end. The words are quoted, so that no shell there reads them.
   * The host's key is kept at the first login, and must be the same later.
   *
   * @param endpoint as {@link BaseDriver.sshEndpoint} tells it
   * @param command a program and its arguments
   * @throws {DriverError} `SSH_COMMAND_FAILED` with the end of what it printed, another `SSH_…` when there is no login now, `COMMAND_TIMEOUT`, `OPERATION_ABORTED`
   */
  runOverSsh(endpoint: SshEndpoint, command: readonly [string, ...string[]], options?: SshRunOptions): Promise<RunResult>;
  /**
   * A folder for what can be made or fetched again, such as disk images: mode 0700, shared by all drivers and machines, kept between commands.
   * It exists when it is asked for.
   */
  readonly cacheDirectory: string;
  /**
   * Runs `action` while no other docker-machine process of this user runs one under the same name.
   *
   * @param name lower case letters, digits and dashes; begin it with the driver's name
   * @throws {DriverError} `LOCK_TIMEOUT`, `OPERATION_ABORTED`, and whatever `action` throws
   */
  withLock<T>(name: string, options: LockOptions, action: () => Promise<T>): Promise<T>;
  /**
   * What the driver's machines share for as long as this process runs, such as a connection, or one request for the statuses of all of them.
   *
   * @param make called for the first machine that asks for `key`; the others get what it returned
   */
  shared<T>(key: string, make: () => T): T;
  /** A UUID of the store that the machine is in, always the same. Mark with it what is made where other people make the same, such as in a cloud account. */
  storeId(): Promise<string>;
}
