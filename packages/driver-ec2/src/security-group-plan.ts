import type { SecurityGroup } from "@aws-sdk/client-ec2";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { everyPage } from "./every-page.js";
import type { Ec2Machine } from "./machine.js";
import { TAG_KEYS, tagValue } from "./tags.js";

/** One security group that a machine is to be in. */
export interface SecurityGroupPlan {
  readonly name: string;
  /** Absent if it has to be made. */
  readonly group?: SecurityGroup;
  /** Whether we may change and remove it: it is made by us for this store, or has to be made. */
  readonly isOurs: boolean;
}

/**
 * What the groups of a machine come to in a VPC, without changing anything.
 *
 * @throws {DriverError} an {@link AwsError}; `EC2_SECURITY_GROUP_MISSING` for an id that isn't there, and for a name if no rules may be added
 */
export async function planSecurityGroups(
  machine: Pick<Ec2Machine, "options">,
  host: Host,
  aws: Aws,
  { vpcId }: { readonly vpcId: string },
): Promise<readonly SecurityGroupPlan[]> {
  const storeId = await host.storeId();
  const given = [...new Set(machine.options.securityGroup.map((name) => name.trim()).filter((name) => name !== ""))];
  const names = given.length > 0 ? given : [ownGroupName(storeId)];
  const groups = await groupsNamed(aws, names, vpcId);
  return names.map((name) => {
    const group = groups.find(({ GroupId, GroupName }) => (isGroupId(name) ? GroupId === name : GroupName === name));
    if (group !== undefined) return { name: group.GroupName ?? name, group, isOurs: isOwn(group, storeId) };
    if (isGroupId(name) || machine.options.securityGroupReadonly) throw missing(name, aws, vpcId);
    return { name, isOurs: true };
  });
}

/** The name of the group that all machines of a store share in a VPC. */
function ownGroupName(storeId: string): string {
  return `docker-machine-${storeId.slice(0, 8)}`;
}

/** The group of that name, if AWS knows one. */
export async function findSecurityGroup(aws: Aws, name: string, vpcId: string): Promise<SecurityGroup | undefined> {
  const groups = await groupsNamed(aws, [name], vpcId);
  return groups.find(({ GroupName }) => GroupName === name);
}

/** Whether a group bears the mark of this store. */
export function isOwn({ Tags }: SecurityGroup, storeId: string): boolean {
  return tagValue(Tags, TAG_KEYS.storeId) === storeId;
}

function isGroupId(name: string): boolean {
  return /^sg-[0-9a-f]+$/.test(name);
}

async function groupsNamed(aws: Aws, names: readonly string[], vpcId: string): Promise<SecurityGroup[]> {
  const byKind = [
    { Name: "group-id", Values: names.filter(isGroupId) },
    { Name: "group-name", Values: names.filter((name) => !isGroupId(name)) },
  ].filter(({ Values }) => Values.length > 0);
  const found = await Promise.all(
    byKind.map((filter) =>
      everyPage(
        aws,
        "DescribeSecurityGroups",
        { Filters: [{ Name: "vpc-id", Values: [vpcId] }, filter] },
        ({ SecurityGroups }) => SecurityGroups,
      ),
    ),
  );
  return found.flat();
}

function missing(name: string, { region }: Aws, vpcId: string): DriverError {
  const why = isGroupId(name) ? "" : ", and --amazonec2-security-group-readonly keeps docker-machine from making one that lets anybody in";
  return new DriverError("EC2_SECURITY_GROUP_MISSING", `There is no security group "${name}" in ${vpcId} (${region})${why}.`, {
    suggestions: [`aws ec2 describe-security-groups --region ${region} --filters Name=vpc-id,Values=${vpcId}`],
  });
}
