/**
 * A stable name for a problem: `SUBJECT_PROBLEM` in capitals, for example `IMAGE_MISSING`.
 * A driver may coin its own; the SDK's are listed in `docs/errors.md`.
 */
export type ErrorCode = `${Uppercase<string>}_${Uppercase<string>}`;

/** What a {@link DriverError} carries besides its code and message. */
export interface DriverErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** What the user can do next: commands to paste, or one short sentence each. */
  readonly suggestions?: readonly string[];
}

const brand: unique symbol = Symbol.for("docker-machine.DriverError");

/**
 * An error a user can act on. The host prints its message and suggestions without a stack trace.
 *
 * It is recognised by {@link isDriverError}, never by `instanceof`: a driver may have been loaded with another copy of this package.
 */
export class DriverError extends Error {
  override readonly name: string = "DriverError";
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly suggestions: readonly string[];

  /**
   * @param code a stable `SUBJECT_PROBLEM` name
   * @param message one sentence that names the thing and its value
   */
  constructor(code: ErrorCode, message: string, options: DriverErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.suggestions = options.suggestions ?? [];
  }
}

/** Whether `error` is a {@link DriverError} of this or another copy of the SDK. */
export function isDriverError(error: unknown): error is DriverError {
  return typeof error === "object" && error !== null && brand in error;
}
