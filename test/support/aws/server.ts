import type { Call, Handlers } from "./call.ts";
import type { Identity } from "./identity.ts";

/** How a stand-in for AWS is to be. */
export interface AwsOptions {
  /** EC2's, and others that replace the stand-in's own of STS, SSM and Service Quotas, action by action. */
  readonly handlers?: Handlers;
  /** Default: `testIdentity`. */
  readonly identities?: readonly Identity[];
  /** Twelve digits. Default: `123456789012`. */
  readonly account?: string;
  /** What `GET /address` answers. Default: the caller's own. */
  readonly callerAddress?: string;
  /** What time it is for AWS. Default: the real time. */
  readonly now?: () => Date;
  /**
   * Passes each valid call through: counts it, waits, throws.
   *
   * What it throws, unless it's an AwsFault, cuts the connection without an answer.
   *
   * @param effect does the call; its answer goes to the client once this function's promise is kept
   */
  readonly onCall?: <T>(call: Call, effect: () => Promise<T>) => Promise<T>;
}
