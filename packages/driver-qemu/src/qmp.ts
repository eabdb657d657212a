import type { Host, JsonValue } from "@docker-machine/driver-sdk";
import type { QmpEndpoint } from "./qmp-endpoint.js";

/** What talking with a QEMU needs of a driver's host. */
export type QmpHost = Pick<Host, "signal" | "log" | "sleep">;

/** The arguments of a QMP command. */
export type QmpArguments = { readonly [name: string]: JsonValue };

/** Something that happened in QEMU. */
export interface QmpEvent {
  readonly event: string;
  readonly data: JsonValue;
}

/** An open connection to a QEMU's monitor. */
export interface Qmp {
  /**
   * Runs one command and returns what it returns.
   *
   * @param options `timeoutMs` default: 10,000
   * @throws {DriverError} `QMP_COMMAND_FAILED` (message has QMP's class and words), `QMP_TIMEOUT`, `QMP_CLOSED` when QEMU ends meanwhile, `QMP_ANSWER_INVALID`, `OPERATION_ABORTED`
   */
  execute(command: string, args?: QmpArguments, options?: { readonly timeoutMs?: number }): Promise<JsonValue>;
  /**
   * Runs a command that starts a background job (`snapshot-save`, `snapshot-load`…), waits until it is concluded, and dismisses it.
   *
   * @throws {DriverError} `QMP_JOB_FAILED` with the job's error, `QMP_TIMEOUT`, …
   */
  runJob(command: string, args: QmpArguments, options: { readonly timeoutMs: number }): Promise<void>;
  /** Resolves with the next event of one of these names that arrives from now on. */
  nextEvent(names: readonly string[], options: { readonly timeoutMs: number }): Promise<QmpEvent>;
}

/** How {@link withQmp} connects. */
export interface QmpConnectOptions {
  /** Milliseconds until the greeting must have come. QEMU serves one client at a time, so this includes waiting for another. Default: 10,000. */
  readonly connectTimeoutMs?: number;
}

/**
 * Connects to a QEMU's monitor, runs `action`, and disconnects. Keep it short: QEMU serves one client at a time.
 *
 * @throws {DriverError} `QMP_UNREACHABLE` when nothing listens there, `QMP_TIMEOUT` when no greeting comes, and whatever `action` throws
 */
export async function withQmp<T>(
  _endpoint: QmpEndpoint,
  _host: QmpHost,
  _action: (qmp: Qmp) => Promise<T>,
  _options: QmpConnectOptions = {},
): Promise<T> {
  throw new Error("not written yet");
}
