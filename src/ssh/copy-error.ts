import { MachineError } from "../errors.js";

/** A step of a copy that one side refused. */
export interface CopyFailure {
  /** Completes "Cannot", before the path. */
  readonly verb: string;
  readonly path: string;
  readonly where: string;
  readonly reason: string;
  readonly cause?: unknown;
}

/** The error of a step of a copy. It names side, path and reason. */
export function copyFailed({ verb, path, where, reason, cause }: CopyFailure): MachineError {
  return new MachineError("COPY_FAILED", `Cannot ${verb} ${JSON.stringify(path)} ${where}: ${reason}.`, { cause });
}
