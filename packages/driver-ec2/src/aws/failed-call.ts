import type { ErrorCode } from "@docker-machine/driver-sdk";

/** A call that failed, and whom to ask about it. */
export interface FailedCall {
  /** As IAM writes it: `ec2`, `ssm`, `sts`, `servicequotas`. */
  readonly service: string;
  readonly action: string;
  readonly input: unknown;
  readonly region: string;
  /** Decodes an authorization failure message; `undefined` if that isn't permitted. */
  decode(message: string): Promise<string | undefined>;
  /** Whether the account has enabled the region, asked elsewhere; `undefined` if the credentials aren't taken there, either. */
  regionOptIn(): Promise<string | undefined>;
  /** The name of one of EC2's quotas; `undefined` if it can't be learned. */
  quotaName(code: string): Promise<string | undefined>;
}

/** What failed, as AWS or the SDK tells it. */
export interface Failure {
  /** AWS's code; `NetworkError` where AWS wasn't reached. */
  readonly awsCode: string;
  readonly message: string;
  readonly requestId: string | undefined;
  readonly call: FailedCall;
}

/** What the user is told. */
export interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly suggestions: readonly string[];
}

/** Makes an explanation of a failure. */
export type Explain = (failure: Failure) => Explanation | Promise<Explanation>;
