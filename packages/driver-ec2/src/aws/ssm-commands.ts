import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { SsmAction } from "./actions.js";

export { SSMClient };

/** The commands of the SDK, by action. Importing this loads the SDK's client. */
export const ssmCommands = {
  GetParameter: GetParameterCommand,
} as const satisfies Record<SsmAction, unknown>;
