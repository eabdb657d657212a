import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** A connection to QEMU's monitor; docs/interop/qmp-spec.txt of QEMU. */
export class Qmp {
  readonly #socket: Socket;
  readonly #waiting: { done: (value: unknown) => void; fail: (error: Error) => void }[] = [];
  #isOver = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Connects; a monitor serves one client at a time, so this waits for others. */
  static async connect(path: string): Promise<Qmp> {
    const socket = connect(path);
    await new Promise<void>((done, fail) => socket.once("connect", done).once("error", fail));
    const qmp = new Qmp(socket);
    const greeted = new Promise<unknown>((done, fail) => qmp.#waiting.push({ done, fail }));
    const lines = createInterface({ input: socket }).on("line", (line) => qmp.#take(line));
    for (const stream of [socket, lines]) stream.on("error", () => undefined);
    socket.on("close", () => {
      qmp.#isOver = true;
      for (const { fail } of qmp.#waiting.splice(0)) fail(new Error("QEMU has ended"));
    });
    await greeted;
    await qmp.run("qmp_capabilities");
    return qmp;
  }

  #take(line: string): void {
    const message = JSON.parse(line) as { event?: string; return?: unknown; error?: { desc: string } };
    if (message.event !== undefined) return;
    if (message.error !== undefined) this.#waiting.shift()?.fail(new Error(message.error.desc));
    else this.#waiting.shift()?.done(message.return);
  }

  /** Runs a command, and resolves to what it returns. */
  run<T = unknown>(execute: string, args: Record<string, unknown> = {}): Promise<T> {
    if (this.#isOver) return Promise.reject(new Error("QEMU has ended"));
    return new Promise<T>((done, fail) => {
      this.#waiting.push({ done: (value) => done(value as T), fail });
      this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  }

  /** Runs a command of the human monitor; what it prints is most often its error. */
  runByHand(command: string): Promise<string> {
    return this.run<string>("human-monitor-command", { "command-line": command });
  }

  close(): void {
    this.#socket.destroy();
  }
}
