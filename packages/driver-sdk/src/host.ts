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

/** Which key {@link Host.createSshKey} makes. */
export interface SshKeyOptions {
  /** Default: `ed25519`. `rsa` (3072 bits) is for providers that take nothing else. */
  readonly type?: "ed25519" | "rsa";
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
}
