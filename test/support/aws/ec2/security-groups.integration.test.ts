import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { AccountWorld } from "./account-world.ts";

const ssh = (CidrIp: string, more: object = {}): IpPermission => ({
  IpProtocol: "tcp",
  FromPort: 22,
  ToPort: 22,
  IpRanges: [{ CidrIp, ...more }],
});

function authorize(world: AccountWorld, GroupId: string, ...IpPermissions: IpPermission[]) {
  return world.client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}

describe("a security group", () => {
  it("lets everything out, and in what was authorized", async () => {
    await using world = await AccountWorld.start();
    const id = await world.group("mine");
    const { SecurityGroupRules } = await authorize(world, id, ssh("203.0.113.7/24", { Description: "me" }));
    expect(SecurityGroupRules).toMatchObject([
      { GroupId: id, IsEgress: false, CidrIpv4: "203.0.113.0/24", FromPort: 22, Description: "me" },
    ]);
    await authorize(world, id, { ...ssh("198.51.100.1/32"), Ipv6Ranges: [{ CidrIpv6: "2001:DB8::/32" }] });
    const { SecurityGroups } = await world.client.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
    expect(SecurityGroups).toMatchObject([
      {
        GroupName: "mine",
        IpPermissions: [
          {
            FromPort: 22,
            IpRanges: [{ CidrIp: "203.0.113.0/24", Description: "me" }, { CidrIp: "198.51.100.1/32" }],
            Ipv6Ranges: [{ CidrIpv6: "2001:db8::/32" }],
          },
        ],
        IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      },
    ]);
  });

  it("has a name that no other of its VPC has", async () => {
    await using world = await AccountWorld.start();
    await world.group("mine");
    expect(await world.refused(world.group("mine"))).toBe("InvalidGroup.Duplicate");
    expect(await world.refused(world.group("default"))).toBe("InvalidGroup.Reserved");
    expect(await world.refused(world.group("sg-mine"))).toBe("InvalidParameterValue");
    await world.group("mine", { VpcId: world.account.region("us-east-1").addVpc("10.0.0.0/16").id });
    const strange = new CreateSecurityGroupCommand({ GroupName: "other", Description: "naïve" });
    expect(await world.refused(world.client.send(strange))).toBe("InvalidParameterValue");
  });

  it("has each rule once", async () => {
    await using world = await AccountWorld.start();
    const id = await world.group("mine");
    await authorize(world, id, ssh("203.0.113.7/32"));
    expect(await world.refused(authorize(world, id, ssh("203.0.113.7/32", { Description: "again" })))).toBe("InvalidPermission.Duplicate");
    expect(await world.refused(authorize(world, id, ssh("192.0.2.1/32"), ssh("192.0.2.1/32")))).toBe("InvalidParameterValue");
    const revoke = new RevokeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: [ssh("203.0.113.7/32")] });
    await world.client.send(revoke);
    expect(await world.refused(world.client.send(revoke))).toBe("InvalidPermission.NotFound");
  });

  it("takes no rules that make no sense, and none of several if one is wrong", async () => {
    await using world = await AccountWorld.start();
    const id = await world.group("mine");
    const refused = (...permissions: IpPermission[]) => world.refused(authorize(world, id, ...permissions));
    expect(await refused(ssh("192.0.2.1/32"), ssh("203.0.113.7"))).toBe("InvalidParameterValue");
    expect(await refused({ IpProtocol: "tcp", IpRanges: [{ CidrIp: "0.0.0.0/0" }] })).toBe("InvalidParameterValue");
    expect(await refused({ ...ssh("0.0.0.0/0"), FromPort: 70_000 })).toBe("InvalidParameterValue");
    expect(await refused({ IpProtocol: "tcp", FromPort: 1, ToPort: 1 })).toBe("MissingParameter");
    expect(
      world.account
        .region("us-east-1")
        .rules.all()
        .filter(({ egress, groupId }) => groupId === id && !egress),
    ).toEqual([]);
  });

  it("has at most as many rules as the quota says", async () => {
    await using world = await AccountWorld.start({ limits: { rulesPerGroup: 1 } });
    const id = await world.group("mine");
    expect(await world.refused(authorize(world, id, ssh("192.0.2.1/32"), ssh("192.0.2.2/32")))).toBe("RulesPerSecurityGroupLimitExceeded");
  });

  it("can't be deleted while an instance or a rule of another group has it", async () => {
    await using world = await AccountWorld.start({ timing: { interfaceRelease: 5000 } });
    const id = await world.group("mine");
    const other = await world.group("other");
    await authorize(world, other, { IpProtocol: "tcp", FromPort: 22, ToPort: 22, UserIdGroupPairs: [{ GroupId: id }] });
    const { InstanceId = "" } = await world.launched({ SecurityGroupIds: [id] });
    const remove = (GroupId: string) => world.client.send(new DeleteSecurityGroupCommand({ GroupId }));
    expect(await world.refused(remove(id))).toBe("DependencyViolation");
    await remove(other);
    expect(await world.refused(remove(id))).toBe("DependencyViolation");
    await world.client.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    world.pass(1000);
    expect((await world.instance(InstanceId)).State?.Name).toBe("terminated");
    expect(await world.refused(remove(id))).toBe("DependencyViolation");
    world.pass(5000);
    await remove(id);
    expect(await world.refused(remove(id))).toBe("InvalidGroup.NotFound");
    expect(world.account.residue()).toEqual([]);
  });

  it("is the VPC's own, and stays, when it's called default", async () => {
    await using world = await AccountWorld.start();
    const remove = new DeleteSecurityGroupCommand({ GroupName: "default" });
    expect(await world.refused(world.client.send(remove))).toBe("CannotDelete");
  });

  it("may not be there yet for the call after the one that made it", async () => {
    await using world = await AccountWorld.start({ consistency: { hiddenWrites: 1 } });
    const id = await world.group("mine");
    expect(await world.refused(authorize(world, id, ssh("192.0.2.1/32")))).toBe("InvalidGroup.NotFound");
    await authorize(world, id, ssh("192.0.2.1/32"));
  });
});
