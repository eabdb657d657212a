import { DriverError, type DriverErrorOptions, type ErrorCode } from "@docker-machine/driver-sdk";

/** What an {@link AwsError} carries besides code and message. */
export interface AwsErrorOptions extends DriverErrorOptions {
  /** AWS's code: `InvalidInstanceID.NotFound`, or `NetworkError` where AWS wasn't reached. */
  readonly awsCode: string;
  /** The action that failed: `RunInstances`. */
  readonly action: string;
  readonly requestId?: string | undefined;
}

/** A call to AWS that failed, in words that say what to do. */
export class AwsError extends DriverError {
  readonly awsCode: string;
  readonly action: string;
  /** By which AWS's support finds the request. */
  readonly requestId: string | undefined;

  constructor(code: ErrorCode, message: string, options: AwsErrorOptions) {
    super(code, message, options);
    this.awsCode = options.awsCode;
    this.action = options.action;
    this.requestId = options.requestId;
  }
}

/** Whether `error` is what AWS answered with one of these codes: `InvalidGroup.NotFound`. */
export function isAwsCode(error: unknown, ...codes: readonly string[]): error is AwsError {
  return error instanceof AwsError && codes.includes(error.awsCode);
}
