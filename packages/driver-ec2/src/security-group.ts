import type { SecurityGroup } from "@aws-sdk/client-ec2";
import type { Host } from "@docker-machine/driver-sdk";
import type { Aws } from "./aws/aws.js";
import { isAwsCode } from "./aws/aws-error.js";
import { ingressSources } from "./ingress-sources.js";
import type { Ec2Machine } from "./machine.js";
import { findSecurityGroup, isOwn, planSecurityGroups, type SecurityGroupPlan } from "./security-group-plan.js";
import { describeRule, type IngressRule, missingRules, permissionsOf, wantedRules } from "./security-group-rules.js";
import { sharedTags } from "./tags.js";
import { whenKnown } from "./when-known.js";

/** A group that is gone, or that AWS doesn't know yet. */
export const UNKNOWN_GROUP = ["InvalidGroup.NotFound", "InvalidGroupId.NotFound", "InvalidSecurityGroupID.NotFound"] as const;

/** Where security groups are looked for and made. */
export interface GroupPlace {
  readonly vpcId: string;
}

/**
 * Finds or makes the security groups that the machine is to be in, in one VPC, and lets SSH, Docker and the open ports in where a group is ours.
 * A group that isn't ours is used as it is. The ids are saved; that of a new group as soon as there is one.
 *
 * Repeat it when the launch is answered with one of {@link UNKNOWN_GROUP}: the last machine that was in the group may just have removed it.
 *
 * @throws {DriverError} an {@link AwsError}; `EC2_SECURITY_GROUP_MISSING`; `EC2_CALLER_ADDRESS_UNKNOWN`; `OPTION_INVALID`
 */
export async function ensureSecurityGroups(machine: Ec2Machine, host: Host, aws: Aws, place: GroupPlace): Promise<{ ids: string[] }> {
  const sources = machine.options.securityGroupReadonly ? [] : await ingressSources({ options: machine.options, ...place }, host, aws);
  const storeId = await host.storeId();
  return host.withLock(groupLock(aws), { subject: `the security groups in ${aws.region}` }, async () => {
    const groups: SecurityGroup[] = [];
    for (const plan of await planSecurityGroups(machine, host, aws, place)) {
      const group = plan.group ?? (await makeGroup(plan, machine, host, aws, place));
      groups.push(group);
      if (!isOwn(group, storeId)) continue;
      await rememberOwn(machine, group);
      if (machine.options.securityGroupReadonly) continue;
      await addRules(group, missingRules(wantedRules(machine.options, sources), group.IpPermissions ?? []), machine, host, aws);
    }
    const ids = groups.flatMap(({ GroupId }) => GroupId ?? []);
    await machine.persist({ SecurityGroupIds: ids, SecurityGroupNames: groups.flatMap(({ GroupName }) => GroupName ?? []) });
    return { ids };
  });
}

/** The name of the lock under which groups of a region are made and removed. */
export function groupLock(aws: Aws): string {
  return `amazonec2-security-groups-${aws.region}`;
}

/** A name that is taken meanwhile is that of a request whose answer was lost, or of a group that somebody else has just made: it is looked at again. */
async function makeGroup(
  plan: SecurityGroupPlan,
  machine: Ec2Machine,
  host: Host,
  aws: Aws,
  { vpcId }: GroupPlace,
): Promise<SecurityGroup> {
  const Tags = await sharedTags(plan.name, machine, host);
  try {
    const { GroupId } = await aws.ec2("CreateSecurityGroup", {
      GroupName: plan.name,
      Description: "Machines of docker-machine",
      VpcId: vpcId,
      TagSpecifications: [{ ResourceType: "security-group", Tags }],
    });
    host.log.info(`Made the security group "${plan.name}" (${GroupId}) in ${vpcId}.`);
    return { GroupName: plan.name, Tags, ...(GroupId === undefined ? {} : { GroupId }) };
  } catch (error) {
    if (!isAwsCode(error, "InvalidGroup.Duplicate")) throw error;
    return findDuplicate(plan.name, host, aws, vpcId, error);
  }
}

async function findDuplicate(name: string, host: Host, aws: Aws, vpcId: string, duplicate: unknown): Promise<SecurityGroup> {
  return whenKnown(host, ["InvalidGroup.Duplicate"], async () => {
    const group = await findSecurityGroup(aws, name, vpcId);
    if (group === undefined) throw duplicate;
    return group;
  });
}

async function rememberOwn(machine: Ec2Machine, { GroupId }: SecurityGroup): Promise<void> {
  const { OwnSecurityGroupIds = [] } = machine.state;
  if (GroupId !== undefined && !OwnSecurityGroupIds.includes(GroupId)) {
    await machine.persist({ OwnSecurityGroupIds: [...OwnSecurityGroupIds, GroupId] });
  }
}

async function addRules(group: SecurityGroup, rules: readonly IngressRule[], machine: Ec2Machine, host: Host, aws: Aws): Promise<void> {
  if (rules.length === 0 || group.GroupId === undefined) return;
  const { GroupId } = group;
  const authorize = (some: readonly IngressRule[]) =>
    whenKnown(host, UNKNOWN_GROUP, () =>
      aws.ec2("AuthorizeSecurityGroupIngress", {
        GroupId,
        IpPermissions: permissionsOf(some, `docker-machine ${machine.name}`.slice(0, 255)),
      }),
    );
  try {
    await authorize(rules);
  } catch (error) {
    if (!isAwsCode(error, "InvalidPermission.Duplicate")) throw error;
    for (const rule of rules) await ignoringDuplicate(() => authorize([rule]));
  }
  host.log.info(`The security group "${group.GroupName}" (${GroupId}) now lets in: ${rules.map(describeRule).join(", ")}.`);
}

/** AWS refuses all rules of a request if it has one of them already. */
async function ignoringDuplicate(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!isAwsCode(error, "InvalidPermission.Duplicate")) throw error;
  }
}
