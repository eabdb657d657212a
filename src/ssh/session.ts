import { spawn } from "node:child_process";
import { ReadStream, WriteStream } from "node:tty";
import type { Client, ClientChannel, PseudoTtyOptions } from "ssh2";
import { exitCodeOf } from "./exit-code.js";

/** As a shell tells of a program that wrote to a pipe which nobody reads any more (SIGPIPE). */
const UNREAD_EXIT_CODE = 141;

/** What a session on a host is joined with. */
export interface SessionOptions {
  /** Handed as one text to the login shell of the host, as OpenSSH does. Absent: an interactive shell. */
  readonly command?: string;
  /** A part of the SSH server to talk to instead, such as `sftp`. */
  readonly subsystem?: string;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Whether the host gives the session a terminal. Default: if there is no command and `stdin` is a terminal. */
  readonly terminal?: boolean;
  /** Interrupts the command on the host when it is aborted. */
  readonly interrupt?: AbortSignal;
}

/** Joins local streams with a command or shell on the host. `undefined`: the connection was lost. */
export async function joinSession(client: Client, options: SessionOptions): Promise<number | undefined> {
  const { command, subsystem, stdin, stdout, stderr, interrupt } = options;
  const hasTerminal = options.terminal ?? (command === undefined && subsystem === undefined && stdin instanceof ReadStream);
  const channel = await open(client, { command, subsystem, terminal: hasTerminal ? terminalOf(stdout) : undefined });
  const exitCode = exitCodeOf(channel);
  const unread = Promise.withResolvers<number>();
  stdout.on("error", () => unread.resolve(UNREAD_EXIT_CODE));
  // A session whose far end no longer reads is judged by its exit code.
  channel.on("error", () => undefined);
  channel.pipe(stdout, { end: false });
  channel.stderr.pipe(stderr, { end: false });
  const leave = hasTerminal ? enterTerminal(channel, stdin, stdout) : () => undefined;
  const passOn = () => channel.signal("INT");
  interrupt?.addEventListener("abort", passOn, { once: true });
  stdin.pipe(channel);
  try {
    const code = await Promise.race([exitCode, unread.promise]);
    await Promise.all([stdout, stderr].map(written));
    return code;
  } finally {
    leave();
    interrupt?.removeEventListener("abort", passOn);
    stdin.unpipe(channel);
    // Else an open terminal or pipe would keep this process alive.
    stdin.pause();
  }
}

/** Waits until a slow reader has what was written. */
function written(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}

interface Request {
  readonly command: string | undefined;
  readonly subsystem: string | undefined;
  readonly terminal: PseudoTtyOptions | undefined;
}

/** Without a terminal, OpenSSH runs an interactive request as the login shell reading its commands from standard input; so does this. */
function open(client: Client, { command, subsystem, terminal }: Request): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | undefined, channel: ClientChannel) => (error === undefined ? resolve(channel) : reject(error));
    if (subsystem !== undefined) client.subsys(subsystem, done);
    else if (command === undefined) client.shell(terminal ?? false, done);
    else client.exec(command, terminal === undefined ? {} : { pty: terminal }, done);
  });
}

function terminalOf(stdout: NodeJS.WritableStream): PseudoTtyOptions {
  const { TERM = "xterm" } = process.env;
  return stdout instanceof WriteStream ? { term: TERM, cols: stdout.columns, rows: stdout.rows } : { term: TERM };
}

/** Sends each key as it is pressed, and tells the host of a new window size. Returns what undoes it. */
function enterTerminal(channel: ClientChannel, stdin: NodeJS.ReadableStream, stdout: NodeJS.WritableStream): () => void {
  const resize = () => {
    if (stdout instanceof WriteStream) channel.setWindow(stdout.rows, stdout.columns, 0, 0);
  };
  if (stdin instanceof ReadStream) {
    stdin.setRawMode(true);
    leaveOutputAlone();
  }
  stdout.on("resize", resize);
  return () => {
    stdout.removeListener("resize", resize);
    if (stdin instanceof ReadStream) stdin.setRawMode(false);
  };
}

/**
 * Node's raw mode still makes a line feed return to the first column (libuv, `uv_tty_set_mode`), which a full-screen program on the host doesn't expect.
 * Leaving raw mode undoes this too. Where there is no `stty`, as on Windows, it stays.
 */
function leaveOutputAlone(): void {
  spawn("stty", ["-opost"], { stdio: ["inherit", "ignore", "ignore"] }).on("error", () => undefined);
}
