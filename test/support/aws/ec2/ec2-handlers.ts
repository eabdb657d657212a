import type { Handler } from "../call.ts";
import type { Account } from "./account.ts";
import type { Actions } from "./actions.ts";
import { fleetActions } from "./fleets.ts";
import { imageActions } from "./images.ts";
import { instanceDescriptionActions } from "./instance-descriptions.ts";
import { instanceTypeActions } from "./instance-types.ts";
import { instanceActions } from "./instances.ts";
import { keyPairActions } from "./key-pairs.ts";
import { launchTemplateActions } from "./launch-templates.ts";
import { networkActions } from "./network.ts";
import { runInstancesActions } from "./run-instances.ts";
import { securityGroupRuleActions } from "./security-group-rules.ts";
import { securityGroupActions } from "./security-groups.ts";
import { spotRequestActions } from "./spot-requests.ts";
import { tagActions } from "./tags.ts";
import { volumeActions } from "./volumes.ts";

const ACTIONS: Actions = {
  ...fleetActions,
  ...imageActions,
  ...instanceActions,
  ...instanceDescriptionActions,
  ...instanceTypeActions,
  ...keyPairActions,
  ...launchTemplateActions,
  ...networkActions,
  ...runInstancesActions,
  ...securityGroupActions,
  ...securityGroupRuleActions,
  ...spotRequestActions,
  ...tagActions,
  ...volumeActions,
};

/**
 * EC2's actions on an account, for the stand-in's server:
 * `startAws({ handlers: { ec2: ec2Handlers(account) }, parameters: (region) => account.parameters(region), quotas: account.quotas() })`.
 */
export function ec2Handlers(account: Account): Readonly<Record<string, Handler>> {
  return Object.fromEntries(
    Object.entries(ACTIONS).map(([name, action]): [string, Handler] => [
      name,
      (input, call) => action(account.region(call.region), input, call) ?? {},
    ]),
  );
}
