import type { Ec2Action } from "./aws/actions.js";
import type { Aws, Ec2Input } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";

/** Actions that can be asked for without being done, as far as the driver calls them to make something. */
export type DryAction = Extract<
  Ec2Action,
  "AuthorizeSecurityGroupIngress" | "CreateFleet" | "CreateLaunchTemplate" | "CreateSecurityGroup" | "ImportKeyPair" | "RunInstances"
>;

/**
 * Asks AWS whether it would do something, without doing it. AWS checks permissions and the input, but neither quotas nor capacity.
 *
 * @throws {AwsError} what the action itself would be answered with
 */
export async function dryRun<A extends DryAction>(aws: Aws, action: A, input: Ec2Input<A>): Promise<void> {
  try {
    await aws.ec2(action, { ...input, DryRun: true });
  } catch (error) {
    if (!isAwsCode(error, "DryRunOperation")) throw error;
  }
}
