import { DriverError } from "@docker-machine/driver-sdk";

/** The error for a value that a seed can't carry. `rule` completes "must be". */
export function seedInvalid(subject: string, value: string, rule: string): DriverError {
  return new DriverError("SEED_INVALID", `The guest can't be given ${subject} ${JSON.stringify(value)}: it must be ${rule}.`);
}
