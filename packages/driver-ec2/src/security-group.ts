import type { Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import type { Ec2Machine } from "./machine.js";

/**
 * Finds or makes the security groups that the machine is to be in, in one VPC, and lets SSH, Docker and the open ports in where a group is ours.
 * Repeat it when the launch says `InvalidGroup.NotFound`: the last machine of the store that was in the group may just have removed it.
 *
 * @throws {DriverError} an {@link AwsError}
 */
export async function ensureSecurityGroups(
  machine: Ec2Machine,
  host: Host,
  aws: Aws,
  place: { readonly vpcId: string },
): Promise<{ ids: string[] }> {
  void [machine, host, aws, place];
  throw new Error("being written");
}
