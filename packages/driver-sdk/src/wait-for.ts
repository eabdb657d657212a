import { DriverError, type ErrorCode, isDriverError } from "./errors.js";
import type { Host } from "./host.js";

/** How {@link waitFor} waits. */
export interface WaitForOptions {
  /** What is awaited, as it completes "Waited … for": `SSH on 10.0.0.5:22`. */
  readonly description: string;
  /** Milliseconds until it gives up. */
  readonly timeoutMs: number;
  /** Milliseconds before the second try; each further pause is half as long again. Default: 500. */
  readonly intervalMs?: number;
  /** The longest pause in milliseconds. Default: 5000. */
  readonly maxIntervalMs?: number;
  /** The code of the error when it gives up. Default: `WAIT_TIMEOUT`. */
  readonly timeoutCode?: ErrorCode;
}

/** The parts of a {@link Host} that waiting needs. */
export type WaitHost = Pick<Host, "signal" | "sleep">;

/**
 * Calls `probe` until it returns something other than `undefined` or `false`, and returns that.
 * A probe that throws is tried again, unless it throws a {@link DriverError}: that one is final.
 * Pauses grow, and vary by a quarter, so that many waits don't fall into step.
 *
 * @throws {DriverError} the `timeoutCode` with the last cause in message and `cause`; `OPERATION_ABORTED`; whatever DriverError the probe threw
 */
export async function waitFor<T>(host: WaitHost, probe: () => Promise<T | undefined | false>, options: WaitForOptions): Promise<T> {
  const { timeoutMs, maxIntervalMs = 5000, timeoutCode = "WAIT_TIMEOUT" } = options;
  const startedAt = performance.now();
  let sleptMs = 0;
  let pauseMs = options.intervalMs ?? 500;
  let lastCause: unknown;
  for (;;) {
    throwIfAborted(host.signal);
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      if (isDriverError(error)) throw error;
      lastCause = error;
    }
    // A test's host sleeps in no time, so the pauses themselves count, too.
    const leftMs = timeoutMs - Math.max(performance.now() - startedAt, sleptMs);
    if (leftMs <= 0) throw timeout(options, timeoutCode, lastCause);
    const nextMs = Math.min(leftMs, jitter(pauseMs));
    await host.sleep(nextMs);
    sleptMs += nextMs;
    pauseMs = Math.min(maxIntervalMs, pauseMs * 1.5);
  }
}

/**
 * Throws if `signal` is aborted.
 *
 * @throws {DriverError} `OPERATION_ABORTED`
 */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new DriverError("OPERATION_ABORTED", "The operation was interrupted.", { cause: signal.reason });
}

function jitter(durationMs: number): number {
  return durationMs * (0.75 + Math.random() * 0.5);
}

function timeout(options: WaitForOptions, code: ErrorCode, cause: unknown): DriverError {
  const seconds = Math.round(options.timeoutMs / 100) / 10;
  const because = cause === undefined ? "" : ` The last try said: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new DriverError(code, `Waited ${seconds} s for ${options.description}, in vain.${because}`, { cause });
}
