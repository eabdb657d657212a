import { type DriverError, isDriverError } from "@docker-machine/driver-sdk";

/** The coded error that `promise` fails with. */
export async function errorOf(promise: Promise<unknown>): Promise<DriverError> {
  const error: unknown = await promise.then(
    () => new Error("It succeeded, but was to fail."),
    (reason: unknown) => reason,
  );
  if (!isDriverError(error)) throw error;
  return error;
}
