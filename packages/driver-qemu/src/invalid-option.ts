import { DriverError } from "@docker-machine/driver-sdk";

/** The error for a value that doesn't have its option's form. */
export function invalidOption(flag: string, value: string, wanted: string, suggestion: string): DriverError {
  return new DriverError("OPTION_INVALID", `--${flag} is ${JSON.stringify(value)}, but it must be ${wanted}.`, {
    suggestions: [suggestion],
  });
}
