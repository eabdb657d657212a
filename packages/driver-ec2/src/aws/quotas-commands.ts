import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import type { QuotasAction } from "./actions.js";

export { ServiceQuotasClient };

/** The commands of the SDK, by action. Importing this loads the SDK's client. */
export const quotasCommands = {
  GetServiceQuota: GetServiceQuotaCommand,
} as const satisfies Record<QuotasAction, unknown>;
