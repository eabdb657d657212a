import { once } from "node:events";
import type { Socket } from "node:net";
import { DriverError, type JsonValue, throwIfAborted } from "@docker-machine/driver-sdk";
import { send } from "./qmp-endpoint.js";
import { parseQmpMessage, type QmpEvent, type QmpMessage } from "./qmp-message.js";

/** The arguments of a QMP command. */
export type QmpArguments = { readonly [name: string]: JsonValue };

/** How long to wait. */
export interface QmpDeadline {
  /** Milliseconds. */
  readonly timeoutMs: number;
}

const COMMAND_TIMEOUT_MS = 10_000;
/** `query-qmp-schema`, the biggest answer, is about 200 KB. */
const LONGEST_MESSAGE_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 10;

/** Whoever waits for one message. */
interface Waiter {
  readonly accepts: (message: QmpMessage) => boolean;
  readonly resolve: (message: QmpMessage) => void;
  readonly reject: (error: Error) => void;
}

/** One client's side of the QEMU Machine Protocol (QEMU's docs/interop/qmp-spec.rst). */
export class QmpConnection implements Disposable {
  readonly #socket: Socket;
  readonly #name: string;
  readonly #signal: AbortSignal;
  readonly #waiters = new Set<Waiter>();
  readonly #greeting: Promise<QmpMessage>;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #failure: DriverError | undefined;
  #lastId = 0;

  /** @param name where it leads, for messages */
  constructor(socket: Socket, name: string, signal: AbortSignal) {
    this.#socket = socket;
    this.#name = name;
    this.#signal = signal;
    this.#greeting = new Promise((resolve, reject) => {
      this.#waiters.add({ accepts: ({ kind }) => kind === "greeting", resolve, reject });
    });
    // It is awaited in negotiate(), and may fail before.
    this.#greeting.catch(() => undefined);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (cause) => this.#fail(this.#closed(cause)));
    socket.on("close", () => this.#fail(this.#closed(undefined)));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  /** Waits for the greeting, and leaves the mode in which no other command is allowed. */
  async negotiate(deadline: AbortSignal): Promise<void> {
    await this.#until(deadline, this.#greeting, "answer");
    await this.#until(deadline, this.execute("qmp_capabilities"), "answer");
  }

  /**
   * Runs one command and returns what it returns.
   *
   * @param options `timeoutMs` is 10,000 by default
   * @throws {DriverError} `QMP_COMMAND_FAILED` (with QMP's class and words), `QMP_TIMEOUT`, `QMP_CLOSED` when QEMU ends meanwhile, `QMP_ANSWER_INVALID`, `OPERATION_ABORTED`
   */
  async execute(command: string, args: QmpArguments = {}, options: QmpDeadline = { timeoutMs: COMMAND_TIMEOUT_MS }): Promise<JsonValue> {
    const id = ++this.#lastId;
    const answer = this.#next(
      (message) => (message.kind === "return" || message.kind === "error") && (message.id === id || message.id === undefined),
    );
    void send(this.#socket, `${JSON.stringify({ execute: command, arguments: args, id })}\r\n`);
    const message = await this.#deadline(answer, options, `answer "${command}"`);
    if (message.kind === "error") throw commandFailed(command, message.class, message.description);
    return message.kind === "return" ? message.value : null;
  }

  /**
   * Runs a command that starts a background job (`snapshot-save`, `snapshot-delete`), waits until that is concluded, and dismisses it.
   *
   * @throws {DriverError} `QMP_JOB_FAILED` with QEMU's words, and what {@link execute} throws
   */
  async runJob(command: string, args: QmpArguments & { readonly "job-id": string }, options: QmpDeadline): Promise<void> {
    const id = args["job-id"];
    const concluded = this.#next((message) => message.kind === "event" && isConclusion(message, id));
    concluded.catch(() => undefined);
    await this.execute(command, args, options);
    await this.#deadline(concluded, options, `finish "${command}"`);
    const jobs = await this.execute("query-jobs");
    const job = Array.isArray(jobs) ? jobs.find((each) => each?.id === id) : undefined;
    await this.execute("job-dismiss", { id });
    if (typeof job?.error === "string") throw new DriverError("QMP_JOB_FAILED", `QEMU could not finish "${command}": ${job.error}`);
  }

  /** Resolves with the next event of one of these names. Ask before the command that causes it. */
  async nextEvent(names: readonly string[], options: QmpDeadline): Promise<QmpEvent> {
    const event = this.#next((message) => message.kind === "event" && names.includes(message.event));
    const message = await this.#deadline(event, options, `report ${names.join(" or ")}`);
    return message as Extract<QmpMessage, QmpEvent>;
  }

  #next(accepts: (message: QmpMessage) => boolean): Promise<QmpMessage> {
    throwIfAborted(this.#signal);
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      else this.#waiters.add({ accepts, resolve, reject });
    });
  }

  async #deadline<T>(promise: Promise<T>, { timeoutMs }: QmpDeadline, what: string): Promise<T> {
    return this.#until(AbortSignal.timeout(timeoutMs), promise, `${what} within ${Math.round(timeoutMs / 100) / 10} s`);
  }

  async #until<T>(deadline: AbortSignal, promise: Promise<T>, what: string): Promise<T> {
    const stop = AbortSignal.any([this.#signal, deadline]);
    const ended = new AbortController();
    const stopped = stop.aborted ? Promise.resolve([]) : once(stop, "abort", { signal: ended.signal });
    try {
      return await Promise.race([promise, stopped.then(() => this.#stopped(what))]);
    } finally {
      ended.abort();
    }
  }

  #stopped(what: string): never {
    throwIfAborted(this.#signal);
    throw new DriverError("QMP_TIMEOUT", `The QEMU at ${this.#name} did not ${what}.`);
  }

  #receive(chunk: Buffer): void {
    let rest = chunk;
    for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED)) {
      const line = Buffer.concat([...this.#chunks, rest.subarray(0, end)]).toString("utf8");
      this.#chunks = [];
      this.#bytes = 0;
      rest = rest.subarray(end + 1);
      this.#receiveLine(line.trim());
    }
    this.#chunks.push(rest);
    this.#bytes += rest.length;
    if (this.#bytes > LONGEST_MESSAGE_BYTES) this.#refuse("a message of more than 16 MiB");
  }

  #receiveLine(line: string): void {
    if (line === "") return;
    const message = parseQmpMessage(line);
    if (message === undefined) this.#refuse(JSON.stringify(line.slice(0, 80)));
    else this.#deliver(message);
  }

  #deliver(message: QmpMessage): void {
    for (const waiter of this.#waiters) {
      if (!waiter.accepts(message)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(message);
    }
  }

  #refuse(what: string): void {
    this.#fail(new DriverError("QMP_ANSWER_INVALID", `What listens at ${this.#name} does not speak QMP: it sent ${what}.`));
    this.#socket.destroy();
  }

  #fail(error: DriverError): void {
    this.#failure ??= error;
    for (const waiter of this.#waiters) waiter.reject(this.#failure);
    this.#waiters.clear();
  }

  #closed(cause: Error | undefined): DriverError {
    return new DriverError(
      "QMP_CLOSED",
      `The QEMU at ${this.#name} has closed the connection${cause === undefined ? "" : `: ${cause.message}`}.`,
      { cause },
    );
  }
}

function isConclusion({ event, data }: QmpEvent, jobId: string): boolean {
  if (event !== "JOB_STATUS_CHANGE" || typeof data !== "object" || data === null) return false;
  const { id, status } = data as { readonly id?: JsonValue; readonly status?: JsonValue };
  return id === jobId && status === "concluded";
}

function commandFailed(command: string, errorClass: string, description: string): DriverError {
  return new DriverError("QMP_COMMAND_FAILED", `QEMU refused "${command}": ${description} (${errorClass})`);
}
