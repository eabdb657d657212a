import { throwIfAborted } from "@docker-machine/driver-sdk";

/**
 * Waits for `answer`, but no longer than until `signal` is aborted. What is being done goes on.
 *
 * @throws {DriverError} `OPERATION_ABORTED`, and whatever `answer` rejects with
 */
export async function untilAborted<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  // What nobody waits for any more may fail unnoticed.
  answer.catch(() => undefined);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    throwIfAborted(signal);
    return await Promise.race([answer, aborted]);
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
