import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import type { RunResult, SshEndpoint } from "@docker-machine/driver-sdk";
import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import { MachineError, messageOf } from "../errors.js";
import { collect } from "./collect.js";
import type { PortForward } from "./forward-port.js";
import { openChannel } from "./open-channel.js";
import { rootScriptCommand, scriptCommand } from "./quote.js";
import { joinSession, type SessionOptions } from "./session.js";
import type { SftpFileSystem } from "./sftp-file-system.js";
import { INSTALL_FILES, upload } from "./upload.js";

/** How {@link SshConnection.run} runs a command. */
export interface RemoteRunOptions {
  /** Text for its standard input. Default: none, closed. */
  readonly input?: string;
  /** Default: `[0]`. */
  readonly acceptedExitCodes?: readonly number[];
  /** Milliseconds. Default: none but the connection's signal. */
  readonly timeoutMs?: number;
  /** Gets each line of output and error output as it comes. */
  readonly onLine?: (line: string) => void;
  /** What the command does, as it completes "Failed to", for the error's message. Default: `run COMMAND`. */
  readonly purpose?: string;
}

/** How {@link SshConnection.runScript} runs a script. */
export interface RemoteScriptOptions extends RemoteRunOptions {
  /** Default: `login`, the endpoint's user. `root` works by `sudo` without a password, unless the login is root. */
  readonly as?: "login" | "root";
}

/** A file for a host. */
export interface RemoteFile {
  /** Absolute. Missing folders above it are made, mode 0755. */
  readonly path: string;
  readonly content: string | Buffer;
  /** Such as `0o600`. */
  readonly mode: number;
}

const SHOWN_LINES = 10;
const DIAL_TIMEOUT_MS = 20_000;

/** The connection to the host through which another one is reached. */
export interface JumpHost {
  readonly connection: SshConnection;
  /** Called when the other connection ends. May be called more than once. */
  end(): void;
}

/** What a {@link SshConnection} is made with, beside its client. */
export interface SshConnectionOptions {
  readonly endpoint: SshEndpoint;
  readonly signal: AbortSignal | undefined;
  readonly jump: JumpHost | undefined;
}

/** One login on a host, for any number of commands. */
export class SshConnection implements Disposable {
  readonly endpoint: SshEndpoint;
  readonly #client: Client;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => void this.#client.destroy();
  readonly #jump: JumpHost | undefined;
  #cause: unknown;
  #isOpen = true;

  /** Takes a client that is logged in. */
  constructor(client: Client, { endpoint, signal, jump }: SshConnectionOptions) {
    this.#client = client;
    this.endpoint = endpoint;
    this.#signal = signal;
    this.#jump = jump;
    client.once("close", () => {
      this.#isOpen = false;
      jump?.end();
    });
    signal?.addEventListener("abort", this.#abort, { once: true });
    client.on("error", (error) => {
      this.#cause = error;
    });
  }

  /** Whether the connection has neither been closed nor lost. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Runs a command in the login shell of the host and collects its output. Values in it must be quoted: see `quote.ts`.
   *
   * @throws {MachineError} `SSH_COMMAND_FAILED` with the end of its output, `SSH_CONNECTION_LOST`, `COMMAND_TIMEOUT`, `OPERATION_ABORTED`
   */
  async run(command: string, options: RemoteRunOptions = {}): Promise<RunResult> {
    const { acceptedExitCodes = [0], purpose = `run ${command}` } = options;
    const channel = await this.#open(command);
    const outcome = await collect(channel, options);
    if (outcome === "timeout") {
      throw new MachineError(
        "COMMAND_TIMEOUT",
        `Gave up the attempt to ${purpose} on the host ${this.endpoint.host} after ${options.timeoutMs} ms.`,
      );
    }
    if (outcome === "lost") throw this.#lost(purpose);
    if (acceptedExitCodes.includes(outcome.exitCode)) return outcome;
    const lines = `${outcome.stdout}\n${outcome.stderr}`.trim().split("\n").slice(-SHOWN_LINES).join("\n");
    throw new MachineError(
      "SSH_COMMAND_FAILED",
      `Failed to ${purpose} on the host ${this.endpoint.host} (exit code ${outcome.exitCode}): ${lines}`,
    );
  }

  /** Runs a POSIX shell script, a constant text; `args` arrive literally as `"$1"`, `"$2"`, …. Throws as {@link run}. */
  async runScript(script: string, args: readonly string[] = [], options: RemoteScriptOptions = {}): Promise<RunResult> {
    const command = options.as === "root" ? rootScriptCommand(script, args) : scriptCommand(script, args);
    return this.run(command, { purpose: "run a script", ...options });
  }

  /**
   * Puts files in place as root. Content travels by SFTP to files that only the login can read, and each replaces its target in one step.
   *
   * @returns the paths whose content, mode or owner were different before
   * @throws {MachineError} as {@link run}, and `SSH_UPLOAD_FAILED`
   */
  async writeFiles(files: readonly RemoteFile[]): Promise<readonly string[]> {
    const prefix = `.docker-machine-${randomUUID()}`;
    const sftp = await this.#openSftp();
    try {
      await Promise.all(files.map(({ content }, index) => upload(sftp, `${prefix}-${index}`, content)));
    } catch (cause) {
      throw new MachineError("SSH_UPLOAD_FAILED", `Failed to upload files to the host ${this.endpoint.host}: ${messageOf(cause)}`, {
        cause,
      });
    } finally {
      sftp.end();
    }
    const args = [prefix, ...files.flatMap(({ path, mode }) => [path, mode.toString(8)])];
    const purpose = `write ${files.map(({ path }) => path).join(", ")}`;
    const { stdout } = await this.runScript(INSTALL_FILES, args, { as: "root", purpose });
    return stdout.split("\n").filter((path) => path !== "");
  }

  /**
   * The host's files.
   *
   * @param where names the host in messages, such as `on the machine "dev"`
   * @throws {MachineError} `SSH_NO_SFTP`, `SSH_CONNECTION_LOST`
   */
  async files(where: string): Promise<SftpFileSystem> {
    const { SftpFileSystem } = await import("./sftp-file-system.js");
    const sftp = await this.#openSftp().catch((cause: unknown) => {
      if (cause instanceof MachineError) throw cause;
      throw new MachineError("SSH_NO_SFTP", `The SSH server ${where} has no SFTP, by which files are copied: ${messageOf(cause)}`, {
        cause,
        suggestions: ["Install it on the host; Debian has it in the package openssh-sftp-server."],
      });
    });
    return new SftpFileSystem(sftp, { where, lost: () => this.#lost("copy files") });
  }

  /**
   * Joins local streams with a command or an interactive shell on the host, and returns its exit code.
   *
   * @throws {MachineError} `SSH_SESSION_REFUSED`, `SSH_CONNECTION_LOST`, `OPERATION_ABORTED`
   */
  async session(options: SessionOptions): Promise<number> {
    const exitCode = await joinSession(this.#client, options).catch((cause: unknown) => {
      throw new MachineError("SSH_SESSION_REFUSED", `The host ${this.endpoint.host} refuses the session: ${messageOf(cause)}`, { cause });
    });
    if (exitCode === undefined) throw this.#lost("keep the session");
    return exitCode;
  }

  /**
   * Makes a port of this computer lead to one that the host reaches, until the connection ends.
   *
   * @throws {MachineError} `SSH_FORWARD_FAILED`
   */
  async forward(forward: PortForward): Promise<void> {
    const { forwardPort } = await import("./forward-port.js");
    const listener = await forwardPort(this.#client, forward);
    this.#client.once("close", () => listener[Symbol.dispose]());
  }

  /**
   * Connects to a port that the host reaches.
   *
   * @param timeoutMs default: 20,000
   * @throws {Error} with a `code` as sockets have it: see `open-channel.ts`
   * @throws {MachineError} `SSH_CONNECTION_LOST`, `OPERATION_ABORTED`
   */
  async dial(host: string, port: number, timeoutMs = DIAL_TIMEOUT_MS): Promise<Duplex> {
    if (!this.#isOpen) throw this.#lost("open a channel");
    const cut = Promise.withResolvers<never>();
    const onClose = () => cut.reject(this.#lost("open a channel"));
    this.#client.once("close", onClose);
    try {
      return await Promise.race([openChannel(this.#client, { host, port, timeoutMs }), cut.promise]);
    } finally {
      this.#client.removeListener("close", onClose);
    }
  }

  /**
   * Waits for the connection's end.
   *
   * @throws {MachineError} `SSH_CONNECTION_LOST`, `OPERATION_ABORTED`: always
   */
  async end(): Promise<never> {
    await new Promise<void>((resolve) => this.#client.once("close", resolve));
    throw this.#lost("keep the connection");
  }

  /** Ends the connection. May be called more than once. */
  close(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#client.end();
    this.#jump?.end();
  }

  /** {@link close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #open(command: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      this.#request((done) => this.#client.exec(command, done), resolve, reject);
    });
  }

  #openSftp(): Promise<SFTPWrapper> {
    return new Promise((resolve, reject) => {
      this.#request((done) => this.#client.sftp(done), resolve, reject);
    });
  }

  /** A request on a connection that is cut is never answered, so the cut itself must end the wait. */
  #request<T>(
    send: (done: (error: Error | undefined, value: T) => void) => void,
    resolve: (value: T) => void,
    reject: (error: Error) => void,
  ): void {
    const lost = () => reject(this.#lost("open a channel"));
    if (this.#signal?.aborted === true) {
      lost();
      return;
    }
    this.#client.once("close", lost);
    try {
      send((error, value) => {
        this.#client.removeListener("close", lost);
        if (error === undefined) resolve(value);
        else reject(error);
      });
    } catch {
      this.#client.removeListener("close", lost);
      lost();
    }
  }

  #lost(purpose: string): MachineError {
    if (this.#signal?.aborted === true) return new MachineError("OPERATION_ABORTED", `Interrupted in the attempt to ${purpose}.`);
    const { connection: jump } = this.#jump ?? {};
    const jumpIsLost = jump !== undefined && !jump.isOpen;
    const reason = jumpIsLost ? `the connection to its jump host ${jump.endpoint.host} has ended` : messageOf(this.#cause ?? "");
    const because = reason === "" ? "" : `: ${reason}`;
    return new MachineError(
      "SSH_CONNECTION_LOST",
      `The SSH connection to ${this.endpoint.host} was lost in the attempt to ${purpose}${because}.`,
      {
        cause: this.#cause,
        suggestions: ["Check that the host is running, and try again: every step may be repeated."],
      },
    );
  }
}
