import type { Socket } from "node:net";
import type { Host } from "@docker-machine/driver-sdk";
import { DriverError, throwIfAborted } from "@docker-machine/driver-sdk";
import { QmpConnection } from "./qmp-connection.js";
import { endpointName, openSocket, type QmpEndpoint } from "./qmp-endpoint.js";
import { isSystemError } from "./system-error.js";

/** What talking with a QEMU needs of a driver's host. */
export type QmpHost = Pick<Host, "signal" | "log" | "sleep">;

/** An open connection to a QEMU's monitor. */
export type Qmp = Pick<QmpConnection, "execute" | "runJob" | "nextEvent">;

/** How {@link withQmp} connects. */
export interface QmpConnectOptions {
  /** Milliseconds until the greeting must have come. QEMU serves one client at a time, so this includes waiting for another. Default: 10,000. */
  readonly connectTimeoutMs?: number;
}

const SAY_AFTER_MS = 1000;
const RETRY_MS = 100;

/**
 * Connects to a QEMU's monitor, runs `action`, and disconnects. Keep it short: QEMU serves one client at a time.
 *
 * @throws {DriverError} `QMP_UNREACHABLE` when nothing listens there, `QMP_TIMEOUT` when no greeting comes, and whatever `action` throws
 */
export async function withQmp<T>(
  endpoint: QmpEndpoint,
  host: QmpHost,
  action: (qmp: Qmp) => Promise<T>,
  { connectTimeoutMs = 10_000 }: QmpConnectOptions = {},
): Promise<T> {
  const name = endpointName(endpoint);
  const deadline = AbortSignal.timeout(connectTimeoutMs);
  const say = setTimeout(
    () => host.log.info(`QEMU's monitor at ${name} is busy with another docker-machine, or hangs; waiting for it...`),
    SAY_AFTER_MS,
  );
  try {
    const socket = await openWhenFree(endpoint, host, deadline);
    using connection = new QmpConnection(socket, name, host.signal);
    await connection.negotiate(deadline);
    clearTimeout(say);
    return await action(connection);
  } finally {
    clearTimeout(say);
  }
}

/** When as many clients wait as may, Linux answers EAGAIN at once (connect(2)). */
async function openWhenFree(endpoint: QmpEndpoint, host: QmpHost, deadline: AbortSignal): Promise<Socket> {
  const name = endpointName(endpoint);
  for (;;) {
    try {
      return await openSocket(endpoint, AbortSignal.any([host.signal, deadline]));
    } catch (error) {
      throwIfAborted(host.signal);
      if (deadline.aborted) throw new DriverError("QMP_TIMEOUT", `The QEMU at ${name} does not answer.`, { cause: error });
      if (!isSystemError(error, "EAGAIN")) throw unreachable(name, error);
      await host.sleep(RETRY_MS);
    }
  }
}

function unreachable(name: string, cause: unknown): DriverError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DriverError("QMP_UNREACHABLE", `No QEMU listens at ${name}: ${reason}`, { cause });
}
