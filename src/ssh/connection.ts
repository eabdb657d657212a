import type { Logger, RunResult, SshEndpoint } from "@docker-machine/driver-sdk";

/** Where a host's key is kept, and whether an unknown one may be recorded. */
export interface HostKeyPolicy {
  /** The machine's `known_hosts` file. */
  readonly path: string;
  /** The name the key is recorded under: the machine's. */
  readonly alias: string;
  /** `record`: an unknown key is written down (only while creating). `require`: it must be the recorded one. */
  readonly unknown: "record" | "require";
}

/** How {@link connectSsh} connects. */
export interface ConnectOptions {
  readonly hostKey: HostKeyPolicy;
  readonly signal?: AbortSignal;
  /** Milliseconds for connecting and logging in. Default: 20,000. */
  readonly timeoutMs?: number;
  readonly log?: Pick<Logger, "debug">;
  /** For the agent's socket and the user's default keys. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

/** How {@link SshConnection.run} runs a command. */
export interface RemoteRunOptions {
  /** Text for its standard input. Default: none, closed. */
  readonly input?: string;
  /** Default: `[0]`. */
  readonly acceptedExitCodes?: readonly number[];
  /** Milliseconds. Default: none but the connection's signal. */
  readonly timeoutMs?: number;
  /** Gets each line of output as it comes. */
  readonly onLine?: (line: string) => void;
  /** What the command does, for the error's message. Default: the command itself. */
  readonly description?: string;
}

/** Which file {@link SshConnection.writeFile} writes. */
export interface RemoteFileOptions {
  /** Such as `0o600`. */
  readonly mode: number;
}

/** The streams of {@link SshConnection.session}. */
export interface SessionOptions {
  /** Sent as one string to the login shell of the host. Absent: an interactive shell. */
  readonly command?: string;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Whether the host gives the session a terminal. Default: when there is no command and stdin is a terminal. */
  readonly terminal?: boolean;
}

/** One login on a host, for any number of commands. */
export class SshConnection {
  /** Runs a command and collects its output. */
  async run(_command: string, _options: RemoteRunOptions = {}): Promise<RunResult> {
    throw new Error("not yet");
  }
  /** Writes a file as root, through a file that only its owner can read, and an atomic rename. */
  async writeFile(_path: string, _content: string | Buffer, _options: RemoteFileOptions): Promise<void> {
    throw new Error("not yet");
  }
  /** Joins local streams with a remote command or shell, and returns its exit code. */
  async session(_options: SessionOptions): Promise<number> {
    throw new Error("not yet");
  }
  /** Ends the connection. May be called more than once. */
  close(): void {}
  /** {@link close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** Logs in on a host. */
export async function connectSsh(_endpoint: SshEndpoint, _options: ConnectOptions): Promise<SshConnection> {
  throw new Error("not yet");
}

/** Tries {@link connectSsh} until a host answers. `deadlineMs` is the whole wait. Default: 300,000. */
export async function waitForSsh(
  _endpoint: SshEndpoint,
  _options: ConnectOptions & { readonly deadlineMs?: number },
): Promise<SshConnection> {
  throw new Error("not yet");
}
