import type {
  AuthorizeSecurityGroupEgressCommandInput,
  AuthorizeSecurityGroupIngressCommandInput,
  AuthorizeSecurityGroupIngressCommandOutput,
  DescribeSecurityGroupRulesCommandInput,
  DescribeSecurityGroupRulesCommandOutput,
  IpPermission,
  RevokeSecurityGroupEgressCommandInput,
  RevokeSecurityGroupIngressCommandInput,
  SecurityGroupRule as ShownRule,
} from "@aws-sdk/client-ec2";
import { AwsFault } from "../aws-fault.ts";
import type { Actions } from "./actions.ts";
import { required, stopAtDryRun } from "./checks.ts";
import { filtered } from "./filters.ts";
import { canonicalIpv4, canonicalIpv6 } from "./ip-networks.ts";
import { newId } from "./kinds.ts";
import { page } from "./pages.ts";
import type { Region } from "./region.ts";
import type { SecurityGroup, SecurityGroupRule } from "./resources.ts";
import { groupByIdOrName } from "./security-groups.ts";
import { checkedTags, tagsFor, tagsOf } from "./tags.ts";

type NewRule = Omit<SecurityGroupRule, "hidden" | "id" | "tags">;
type Direction = "egress" | "ingress";
type Authorize = AuthorizeSecurityGroupEgressCommandInput | AuthorizeSecurityGroupIngressCommandInput;
type Revoke = RevokeSecurityGroupEgressCommandInput | RevokeSecurityGroupIngressCommandInput;

function authorize(direction: Direction) {
  return (region: Region, input: Authorize): Partial<AuthorizeSecurityGroupIngressCommandOutput> => {
    const group = groupByIdOrName(region, input.GroupId, "GroupName" in input ? input.GroupName : undefined);
    const rules = requestedRules(region, group, permissionsOf(input), direction);
    const existing = region.rules.all().filter(({ groupId }) => groupId === group.id);
    for (const rule of rules) if (existing.some((other) => isSame(rule, other))) throw duplicate(rule);
    if (existing.filter(({ egress }) => egress === (direction === "egress")).length + rules.length > region.account.limits.rulesPerGroup) {
      throw new AwsFault("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.");
    }
    const tags = checkedTags(input.TagSpecifications, ["security-group-rule"]);
    stopAtDryRun(input);
    const kind = "security-group-rule";
    const made = rules.map((rule) =>
      region.rules.add({ ...rule, id: newId(kind), tags: tagsFor(tags, kind), hidden: { reads: 0, writes: 0 } }),
    );
    return { Return: true, SecurityGroupRules: made.map((rule) => shownRule(region, rule)) };
  };
}

function revoke(direction: Direction) {
  return (region: Region, input: Revoke): { Return: boolean } => {
    const group = groupByIdOrName(region, input.GroupId, "GroupName" in input ? input.GroupName : undefined);
    const ids = input.SecurityGroupRuleIds ?? [];
    const wanted = ids.length > 0 ? [] : requestedRules(region, group, permissionsOf(input), direction);
    const existing = region.rules.all().filter(({ groupId }) => groupId === group.id);
    const revoked = [
      ...region.rules.used(ids).filter(({ groupId }) => groupId === group.id),
      ...wanted.map((rule) => {
        const found = existing.find((other) => isSame(rule, other));
        if (found === undefined)
          throw new AwsFault("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
        return found;
      }),
    ];
    stopAtDryRun(input);
    for (const rule of revoked) region.rules.delete(rule.id);
    return { Return: true };
  };
}

/** What a call says in `IpPermissions`, or in the parameters of the time before them. */
function permissionsOf(input: Authorize | Revoke): readonly IpPermission[] {
  const { CidrIp, FromPort, IpPermissions, IpProtocol, ToPort } = input;
  if (IpPermissions !== undefined && IpPermissions.length > 0) {
    if ((CidrIp ?? FromPort ?? IpProtocol ?? ToPort) === undefined) return IpPermissions;
    throw new AwsFault("InvalidParameterCombination", "The parameter 'ipProtocol' may not be used in combination with 'ipPermissions'");
  }
  if (IpProtocol === undefined) throw new AwsFault("MissingParameter", "The request must contain the parameter ipPermissions");
  return [{ IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp: required(CidrIp, "cidrIp") }] }];
}

function requestedRules(region: Region, group: SecurityGroup, permissions: readonly IpPermission[], direction: Direction): NewRule[] {
  const rules = permissions.flatMap((permission) => rulesOf(region, group, permission, direction));
  for (const [index, rule] of rules.entries()) {
    if (rules.slice(0, index).some((other) => isSame(rule, other))) {
      throw new AwsFault("InvalidParameterValue", "The same permission must not appear multiple times");
    }
  }
  return rules;
}

function rulesOf(region: Region, group: SecurityGroup, permission: IpPermission, direction: Direction): NewRule[] {
  const ports = checkedPorts(permission);
  const base = { groupId: group.id, egress: direction === "egress", ...ports };
  const rules = [
    ...(permission.IpRanges ?? []).map(({ CidrIp = "", Description }) => {
      const cidr = canonicalIpv4(CidrIp);
      if (cidr === undefined) throw new AwsFault("InvalidParameterValue", `CIDR block ${CidrIp} is malformed`);
      return { ...base, peer: { cidr }, ...checkedDescription(Description) };
    }),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 = "", Description }) => {
      const ipv6Cidr = canonicalIpv6(CidrIpv6);
      if (ipv6Cidr === undefined) throw new AwsFault("InvalidParameterValue", `CIDR block ${CidrIpv6} is malformed`);
      return { ...base, peer: { ipv6Cidr }, ...checkedDescription(Description) };
    }),
    ...(permission.UserIdGroupPairs ?? []).map(({ Description, GroupId, GroupName }) => {
      const peer = groupByIdOrName(region, GroupId, GroupName);
      return { ...base, peer: { groupId: peer.id }, ...checkedDescription(Description) };
    }),
  ];
  if ((permission.PrefixListIds ?? []).length > 0) throw new AwsFault("UnsupportedOperation", "the stand-in has no prefix lists");
  if (rules.length === 0)
    throw new AwsFault("MissingParameter", "The request must contain the parameter cidrIp, cidrIpv6, group or prefix list");
  return rules;
}

const PROTOCOLS: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", all: "-1" };

function checkedPorts(permission: IpPermission): Pick<SecurityGroupRule, "fromPort" | "protocol" | "toPort"> {
  const named = required(permission.IpProtocol, "ipProtocol");
  const protocol = PROTOCOLS[named] ?? named;
  if (protocol === "tcp" || protocol === "udp") return { protocol, ...portRange(permission) };
  if (protocol === "icmp" || protocol === "icmpv6")
    return { protocol, fromPort: permission.FromPort ?? -1, toPort: permission.ToPort ?? -1 };
  if (protocol !== "-1" && !/^\d{1,3}$/.test(protocol))
    throw new AwsFault("InvalidPermission.Malformed", `Unsupported IP protocol "${named}"`);
  return { protocol, fromPort: -1, toPort: -1 };
}

function portRange({ FromPort: fromPort, ToPort: toPort }: IpPermission): Pick<SecurityGroupRule, "fromPort" | "toPort"> {
  if (fromPort === undefined || toPort === undefined) {
    throw new AwsFault("InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
  }
  const outside = [fromPort, toPort].find((port) => port < 0 || port > 65_535);
  if (outside !== undefined) throw new AwsFault("InvalidParameterValue", `TCP/UDP port (${outside}) out of range`);
  if (fromPort > toPort) throw new AwsFault("InvalidParameterValue", `Invalid TCP/UDP port range (${fromPort}:${toPort})`);
  return { fromPort, toPort };
}

function checkedDescription(description: string | undefined): { description?: string } {
  if (description === undefined) return {};
  if (description.length > 255 || !/^[\w .:/()#,@[\]+=&;{}!$*-]*$/.test(description)) {
    throw new AwsFault(
      "InvalidParameterValue",
      `Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`,
    );
  }
  return { description };
}

/** Descriptions don't set rules apart. */
function isSame(one: NewRule, other: NewRule): boolean {
  const keyOf = ({ egress, fromPort, peer, protocol, toPort }: NewRule) => JSON.stringify([egress, protocol, fromPort, toPort, peer]);
  return keyOf(one) === keyOf(other);
}

function duplicate({ fromPort, peer, protocol, toPort }: NewRule): AwsFault {
  const ports = protocol === "-1" ? "ALL" : `${protocol.toUpperCase()}, from port: ${fromPort}, to port: ${toPort}`;
  return new AwsFault(
    "InvalidPermission.Duplicate",
    `the specified rule "peer: ${Object.values(peer)[0]}, ${ports}, ALLOW" already exists`,
  );
}

function describeRules(region: Region, input: DescribeSecurityGroupRulesCommandInput): Partial<DescribeSecurityGroupRulesCommandOutput> {
  const rules = region.rules.found(input.SecurityGroupRuleIds);
  stopAtDryRun(input);
  const matching = filtered(rules, input.Filters, { "group-id": (rule) => rule.groupId, "security-group-rule-id": (rule) => rule.id });
  const { items, next } = page(region, matching, input);
  return { SecurityGroupRules: items.map((rule) => shownRule(region, rule)), ...next };
}

function shownRule(region: Region, rule: SecurityGroupRule): ShownRule {
  const { peer } = rule;
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: rule.groupId,
    GroupOwnerId: region.account.id,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    ...("cidr" in peer ? { CidrIpv4: peer.cidr } : {}),
    ...("ipv6Cidr" in peer ? { CidrIpv6: peer.ipv6Cidr } : {}),
    ...("groupId" in peer ? { ReferencedGroupInfo: { GroupId: peer.groupId, UserId: region.account.id } } : {}),
    ...(rule.description === undefined ? {} : { Description: rule.description }),
    Tags: tagsOf(rule),
  };
}

export const securityGroupRuleActions = {
  AuthorizeSecurityGroupEgress: authorize("egress"),
  AuthorizeSecurityGroupIngress: authorize("ingress"),
  DescribeSecurityGroupRules: describeRules,
  RevokeSecurityGroupEgress: revoke("egress"),
  RevokeSecurityGroupIngress: revoke("ingress"),
} satisfies Actions;
