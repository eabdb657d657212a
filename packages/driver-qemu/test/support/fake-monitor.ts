import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** Carries out a QMP command and returns what it returns. */
export type QmpScript = (command: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** The server's side of the QEMU Machine Protocol at a socket (QEMU's docs/interop/qmp-spec.rst). */
export class FakeMonitor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Those of clients that wait for an answer. One whose process was killed waits for ever, and must not learn that QEMU has ended. */
  readonly #waiting = new Set<Socket>();
  #isClosed = false;
  readonly #script: QmpScript;

  private constructor(script: QmpScript) {
    this.#script = script;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async listen(path: string, script: QmpScript): Promise<FakeMonitor> {
    const monitor = new FakeMonitor(script);
    monitor.#server.listen(path);
    await once(monitor.#server, "listening");
    monitor.#server.unref();
    return monitor;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const socket of this.#sockets) if (!this.#waiting.has(socket)) socket.destroy();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.unref();
    socket.on("error", () => undefined);
    socket.once("close", () => this.#sockets.delete(socket));
    this.#send(socket, { QMP: { version: { qemu: { major: 7, minor: 2, micro: 22 }, package: "" }, capabilities: ["oob"] } });
    const lines = createInterface({ input: socket });
    lines.on("line", (line) => void this.#answer(socket, JSON.parse(line)));
    // It passes on what the socket fails with: a client that was killed.
    lines.on("error", () => undefined);
  }

  async #answer(
    socket: Socket,
    request: { readonly execute: string; readonly arguments?: Record<string, unknown>; readonly id?: unknown },
  ): Promise<void> {
    const { execute, id, arguments: args = {} } = request;
    this.#waiting.add(socket);
    try {
      const value = execute === "qmp_capabilities" ? {} : await this.#script(execute, args);
      this.#send(socket, { return: value, id });
      const jobId = args["job-id"];
      if (jobId !== undefined)
        this.#send(socket, {
          event: "JOB_STATUS_CHANGE",
          data: { status: "concluded", id: jobId },
          timestamp: { seconds: 0, microseconds: 0 },
        });
    } catch (error) {
      this.#send(socket, { error: { class: "GenericError", desc: String(error) }, id });
    }
  }

  #send(socket: Socket, message: unknown): void {
    this.#waiting.delete(socket);
    if (this.#isClosed) socket.destroy();
    if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\r\n`);
  }
}
