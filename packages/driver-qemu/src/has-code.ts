import { type ErrorCode, isDriverError } from "@docker-machine/driver-sdk";

/** Whether `error` is a DriverError with this code. */
export function hasCode(error: unknown, code: ErrorCode): boolean {
  return isDriverError(error) && error.code === code;
}
