import { type DriverError, isDriverError } from "@docker-machine/driver-sdk";
import { expect } from "vitest";

/** The coded error that `action` fails with; the test fails if it succeeds, or fails otherwise. */
export async function errorOf(action: () => unknown): Promise<DriverError> {
  try {
    await action();
  } catch (error) {
    if (isDriverError(error)) return error;
    throw error;
  }
  return expect.unreachable("It succeeded, but was to fail.");
}
