import type {
  CreateSecurityGroupCommandInput,
  CreateSecurityGroupCommandOutput,
  DeleteSecurityGroupCommandInput,
  DescribeSecurityGroupsCommandInput,
  DescribeSecurityGroupsCommandOutput,
  IpPermission,
  SecurityGroup as ShownGroup,
} from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Actions } from "./actions.ts";
import { required, stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { newId } from "./kinds.ts";
import { page } from "./pages.ts";
import type { Region } from "./region.ts";
import type { SecurityGroup, SecurityGroupRule, Vpc } from "./resources.ts";
import { checkedTags, tagsFor, tagsOf } from "./tags.ts";

/** The group that a call names: by its id, or by its name in the default VPC. */
export function groupByIdOrName(region: Region, id: string | undefined, name: string | undefined): SecurityGroup {
  if (id !== undefined) return region.securityGroups.usedOne(id);
  if (name === undefined) throw new AwsFault("MissingParameter", "The request must contain the parameter groupName or groupId");
  const vpc = region.defaultVpc;
  const group = region.securityGroups.all().find((candidate) => candidate.name === name && candidate.vpc === vpc);
  if (group === undefined)
    throw new AwsFault("InvalidGroup.NotFound", `The security group '${name}' does not exist in default VPC '${vpc?.id}'`);
  return region.securityGroups.usedOne(group.id);
}

function createSecurityGroup(region: Region, input: CreateSecurityGroupCommandInput): Partial<CreateSecurityGroupCommandOutput> {
  const name = checkedText(required(input.GroupName, "groupName"), "GroupName");
  const description = checkedText(required(input.Description, "groupDescription"), "GroupDescription");
  if (name.startsWith("sg-")) throw new AwsFault("InvalidParameterValue", "Group names may not be in the format sg-*");
  if (name === "default") throw new AwsFault("InvalidGroup.Reserved", "The security group 'default' is reserved");
  const vpc = checkedVpc(region, input.VpcId);
  const tags = tagsFor(checkedTags(input.TagSpecifications, ["security-group"]), "security-group");
  const groups = region.securityGroups.all();
  if (groups.some((group) => group.vpc === vpc && group.name === name)) {
    throw new AwsFault("InvalidGroup.Duplicate", `The security group '${name}' already exists for VPC '${vpc.id}'`);
  }
  stopAtDryRun(input);
  if (groups.length >= region.account.limits.securityGroups) {
    throw new AwsFault("SecurityGroupLimitExceeded", "The maximum number of security groups has been reached.");
  }
  const hidden = region.account.hiddenAtFirst("security-group");
  const group = region.securityGroups.add({ id: newId("security-group"), tags, hidden, name, description, vpc });
  const egress = { groupId: group.id, egress: true, protocol: "-1", fromPort: -1, toPort: -1, peer: { cidr: "0.0.0.0/0" } };
  region.rules.add({ ...egress, id: newId("security-group-rule"), tags: new Map(), hidden: { reads: 0, writes: 0 } });
  return { GroupId: group.id, ...(tags.size > 0 ? { Tags: tagsOf(group) } : {}) };
}

function checkedText(text: string, parameter: string): string {
  if (text !== "" && text.length <= 255 && /^[\w .:/()#,@[\]+=&;{}!$*-]+$/.test(text)) return text;
  throw new AwsFault(
    "InvalidParameterValue",
    `Value (${text}) for parameter ${parameter} is invalid. Character sets beyond ASCII are not supported; at most 255 characters.`,
  );
}

function checkedVpc(region: Region, id: string | undefined): Vpc {
  if (id !== undefined) return region.vpcs.usedOne(id);
  if (region.defaultVpc === undefined) throw new AwsFault("VPCIdNotSpecified", "No default VPC for this user");
  return region.defaultVpc;
}

/** A group goes only when no network interface has it and no rule of another group names it. */
function deleteSecurityGroup(region: Region, input: DeleteSecurityGroupCommandInput): undefined {
  const group = groupByIdOrName(region, input.GroupId, input.GroupName);
  if (group.name === "default") {
    throw new AwsFault("CannotDelete", `the specified group: "${group.id}" name: "default" cannot be deleted by a user`);
  }
  const used =
    region.interfaces.all().some(({ groups }) => groups.includes(group)) ||
    region.rules.all().some((rule) => rule.groupId !== group.id && "groupId" in rule.peer && rule.peer.groupId === group.id);
  if (used) throw new AwsFault("DependencyViolation", `resource ${group.id} has a dependent object`);
  stopAtDryRun(input);
  region.securityGroups.delete(group.id);
  for (const rule of region.rules.all()) if (rule.groupId === group.id) region.rules.delete(rule.id);
}

function describeSecurityGroups(region: Region, input: DescribeSecurityGroupsCommandInput): Partial<DescribeSecurityGroupsCommandOutput> {
  const names = input.GroupNames ?? [];
  const byName = names.map((name) => groupOfName(region, name));
  const groups = region.securityGroups.found([...(input.GroupIds ?? []), ...byName]);
  stopAtDryRun(input);
  const ingress = (group: SecurityGroup) => rulesOf(region, group).filter(({ egress }) => !egress);
  const matching = filtered(groups, input.Filters, {
    description: (group) => group.description,
    "group-id": (group) => group.id,
    "group-name": (group) => group.name,
    "owner-id": () => region.account.id,
    "vpc-id": (group) => group.vpc.id,
    "ip-permission.cidr": (group) => ingress(group).map(({ peer }) => ("cidr" in peer ? peer.cidr : undefined)),
    "ip-permission.from-port": (group) => ingress(group).map(({ fromPort }) => String(fromPort)),
    "ip-permission.to-port": (group) => ingress(group).map(({ toPort }) => String(toPort)),
    "ip-permission.protocol": (group) => ingress(group).map(({ protocol }) => protocol),
  });
  const { items, next } = page(region, matching, input);
  return { SecurityGroups: items.map((group) => shown(region, group)), ...next };
}

function groupOfName(region: Region, name: string): string {
  const vpc = region.defaultVpc;
  const group = region.securityGroups.all().find((candidate) => candidate.name === name && candidate.vpc === vpc);
  if (group === undefined)
    throw new AwsFault("InvalidGroup.NotFound", `The security group '${name}' does not exist in default VPC '${vpc?.id}'`);
  return group.id;
}

function rulesOf(region: Region, group: SecurityGroup): SecurityGroupRule[] {
  return region.rules.all().filter(({ groupId }) => groupId === group.id);
}

function shown(region: Region, group: SecurityGroup): ShownGroup {
  const rules = rulesOf(region, group);
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    OwnerId: region.account.id,
    VpcId: group.vpc.id,
    IpPermissions: shownPermissions(
      region,
      rules.filter(({ egress }) => !egress),
    ),
    IpPermissionsEgress: shownPermissions(
      region,
      rules.filter(({ egress }) => egress),
    ),
    ...(group.tags.size > 0 ? { Tags: tagsOf(group) } : {}),
  };
}

/** Rules of the same protocol and ports are one permission. */
function shownPermissions(region: Region, rules: readonly SecurityGroupRule[]): IpPermission[] {
  const byPorts = Map.groupBy(rules, ({ fromPort, protocol, toPort }) => `${protocol} ${fromPort} ${toPort}`);
  return [...byPorts.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const described = ({ description }: SecurityGroupRule) => (description === undefined ? {} : { Description: description });
    return [
      {
        IpProtocol: first.protocol,
        ...(first.protocol === "-1" ? {} : { FromPort: first.fromPort, ToPort: first.toPort }),
        IpRanges: same.flatMap((rule) => ("cidr" in rule.peer ? [{ CidrIp: rule.peer.cidr, ...described(rule) }] : [])),
        Ipv6Ranges: same.flatMap((rule) => ("ipv6Cidr" in rule.peer ? [{ CidrIpv6: rule.peer.ipv6Cidr, ...described(rule) }] : [])),
        PrefixListIds: [],
        UserIdGroupPairs: same.flatMap((rule) =>
          "groupId" in rule.peer ? [{ GroupId: rule.peer.groupId, UserId: region.account.id, ...described(rule) }] : [],
        ),
      },
    ];
  });
}

export const securityGroupActions = {
  CreateSecurityGroup: createSecurityGroup,
  DeleteSecurityGroup: deleteSecurityGroup,
  DescribeSecurityGroups: describeSecurityGroups,
} satisfies Actions;
