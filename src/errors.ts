import { DriverError, type DriverErrorOptions, type ErrorCode } from "@docker-machine/driver-sdk";

/** What a {@link MachineError} carries besides its code and message. */
export interface MachineErrorOptions extends DriverErrorOptions {
  /** What the process exits with. Default: 1. */
  readonly exitCode?: number;
}

/**
 * An error of the core that a user can act on. It bears the SDK's brand, so that one check and one rendering serve both.
 * Every code is explained in `docs/errors.md`.
 */
export class MachineError extends DriverError {
  override readonly name = "MachineError";
  readonly exitCode: number;

  /**
   * @param code a stable `SUBJECT_PROBLEM` name
   * @param message one sentence that names the thing and its value
   */
  constructor(code: ErrorCode, message: string, options: MachineErrorOptions = {}) {
    super(code, message, options);
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Whether `error` is a system error with this `code`, such as `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
