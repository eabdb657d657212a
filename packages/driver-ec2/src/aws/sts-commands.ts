import { DecodeAuthorizationMessageCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { StsAction } from "./actions.js";

export { STSClient };

/** The commands of the SDK, by action. Importing this loads the SDK's client. */
export const stsCommands = {
  DecodeAuthorizationMessage: DecodeAuthorizationMessageCommand,
  GetCallerIdentity: GetCallerIdentityCommand,
} as const satisfies Record<StsAction, unknown>;
