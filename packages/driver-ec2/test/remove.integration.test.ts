import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { afterwards, loseAnswer, refuse } from "../../../test/support/aws/faults.ts";
import { ensureKeyPair } from "../src/key-pair.js";
import { removeInstance } from "../src/remove.js";
import { ensureSecurityGroups } from "../src/security-group.js";
import { resourceTags } from "../src/tags.js";
import { NetworkScene } from "./support/network-scene.ts";

let scene: NetworkScene;
beforeEach(async () => {
  scene = await NetworkScene.start();
});
afterEach(async () => {
  expect(scene.standIn.violations).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

const calls = (action: string) => scene.standIn.calls.filter((call) => call.action === action).length;
const warnings = () => scene.host.lines.filter(({ level }) => level === "warn").map(({ message }) => message);

test("Nothing is left, and a second removal finds nothing to do", async () => {
  const machine = await scene.made();
  await removeInstance(machine, scene.host);
  expect(scene.account.residue()).toEqual([]);
  await removeInstance(machine, scene.host);
  expect(warnings()).toEqual([]);
});

test("A machine of which nothing was made is removed without asking AWS", async () => {
  await removeInstance(scene.machine({ state: {} }), scene.host);
  expect(scene.standIn.calls).toEqual([]);
});

test("The last machine takes the store's group along, and not the one before", async () => {
  const [first, second] = [await scene.made({ name: "first" }), await scene.made({ name: "second" })];
  await removeInstance(first, scene.host);
  expect(scene.account.residue().join("\n")).toContain("security group");
  await removeInstance(second, scene.host);
  expect(scene.account.residue()).toEqual([]);
});

test("Of two machines that are removed at once, one takes the group along", async () => {
  const machines = [await scene.made({ name: "first" }), await scene.made({ name: "second" })];
  scene.account.timing = { ...scene.account.timing, interfaceRelease: 20 };
  await Promise.all(machines.map((machine) => removeInstance(machine, new FakeHost())));
  expect(scene.account.residue()).toEqual([]);
});

test("A group is removed once AWS has released the instance's network interface", async () => {
  const machine = await scene.made();
  scene.standIn.faults.plan(refuse("DependencyViolation"), { action: "DeleteSecurityGroup", times: 3 });
  await removeInstance(machine, scene.host);
  expect(calls("DeleteSecurityGroup")).toBe(4);
  expect(scene.account.residue()).toEqual([]);
});

test("A group that something else keeps is left, and what keeps it is said once", async () => {
  const { MachineId = "", OwnSecurityGroupIds: [GroupId = ""] = [] } = (await scene.made()).state;
  const aws = await scene.aws();
  const { GroupId: other } = await aws.ec2("CreateSecurityGroup", { GroupName: "mine", Description: "mine", VpcId: scene.vpcId });
  await aws.ec2("AuthorizeSecurityGroupIngress", {
    GroupId: other,
    IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }],
  });
  await removeInstance(scene.machine({ state: { MachineId } }), scene.host);
  expect(warnings()).toEqual([`Left the security group ${GroupId} in eu-west-1: rules of another security group name it.`]);
});

test("What the state doesn't know is found by its tags, also when AWS doesn't know it at once", async () => {
  const complete = await scene.made();
  const { keyPairs, securityGroups, instances, volumes } = scene.region;
  for (const table of [keyPairs, securityGroups, instances, volumes]) {
    for (const { hidden } of table.all()) Object.assign(hidden, { reads: 3, writes: 1 });
  }
  const { MachineId = "" } = complete.state;
  await removeInstance(scene.machine({ state: { MachineId } }), scene.host);
  expect(scene.account.residue()).toEqual([]);
});

test("An instance whose id was saved and that AWS doesn't know yet is terminated", async () => {
  const machine = await scene.made();
  const instance = scene.region.instances.at(machine.state.InstanceId ?? "");
  if (instance !== undefined) Object.assign(instance.hidden, { reads: 4, writes: 2 });
  await machine.persist({ PrivateIPAddress: undefined });
  await removeInstance(machine, scene.host);
  expect(scene.account.residue()).toEqual([]);
});

test("What is not ours stays: other machines, their keys, the user's key pair and group", async () => {
  const other = await scene.made({ name: "other" });
  const aws = await scene.aws();
  const { publicKey } = await scene.host.createSshKey();
  await aws.ec2("ImportKeyPair", { KeyName: "mine", PublicKeyMaterial: Buffer.from(publicKey) });
  const { GroupId = "" } = await aws.ec2("CreateSecurityGroup", { GroupName: "mine", Description: "mine", VpcId: scene.vpcId });
  const before = scene.account.residue();
  const machine = await scene.made({ flags: { "keypair-name": "mine", "ssh-keypath": "/keys/mine", "security-group": ["mine"] } });
  await removeInstance(machine, scene.host);
  expect(scene.account.residue()).toEqual(before);
  expect(before.join("\n")).toContain(GroupId);
  expect(before.join("\n")).toContain(other.state.InstanceId);
});

test("After a lost answer to each deletion, nothing is left", async () => {
  for (const action of ["TerminateInstances", "DeleteKeyPair", "DeleteSecurityGroup"]) {
    const machine = await scene.made();
    scene.standIn.faults.plan(loseAnswer(), { action });
    await removeInstance(machine, scene.host);
    expect([action, ...scene.account.residue()]).toEqual([action]);
  }
});

test("After a removal that was cut short at any call, a second one leaves nothing", async () => {
  const cuts = [
    "DescribeTags",
    "TerminateInstances",
    "DescribeInstances",
    "DeleteKeyPair",
    "DescribeSecurityGroups",
    "DeleteSecurityGroup",
  ];
  for (const action of cuts) {
    const machine = await scene.made();
    const host = new FakeHost({ directory: scene.directory });
    scene.standIn.faults.plan(
      afterwards(() => host.abort()),
      { action },
    );
    await expect(removeInstance(machine, host)).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
    await removeInstance(machine, scene.host);
    expect([action, ...scene.account.residue()]).toEqual([action]);
  }
});

test("After a creation that was cut short at any call, a removal leaves nothing", async () => {
  const cuts = ["ImportKeyPair", "CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "RunInstances"];
  for (const action of cuts) {
    const machine = scene.machine();
    const host = new FakeHost({ directory: scene.directory });
    const aws = await scene.aws(machine);
    scene.standIn.faults.plan(loseAnswer(), { action, times: 9 });
    const creation = async () => {
      const { keyName } = await ensureKeyPair(machine, host, aws);
      const { ids } = await ensureSecurityGroups(machine, host, aws, { vpcId: scene.vpcId });
      await scene.launch(machine, { keyName, groupIds: ids });
    };
    await creation().catch(() => undefined);
    scene.standIn.faults.clear();
    await removeInstance(machine, scene.host);
    expect([action, ...scene.account.residue()]).toEqual([action]);
  }
}, 60_000);

test("A machine of the Go program goes with its key pair; groups without our mark stay", async () => {
  const machine = await scene.made();
  const { InstanceId = "", SSHKeyPath = "" } = machine.state;
  const aws = await scene.aws();
  const { publicKey } = await scene.host.createSshKey();
  await aws.ec2("ImportKeyPair", { KeyName: "legacy", PublicKeyMaterial: Buffer.from(publicKey) });
  await removeInstance(scene.machine({ state: { InstanceId, KeyName: "legacy", SSHKeyPath, Region: "eu-west-1" } }), scene.host);
  const left = scene.account.residue().join("\n");
  expect(left).not.toContain(InstanceId);
  expect(left).not.toContain("legacy");
  expect(left).toContain("security group");
});

test("A persistent spot request goes before its instance, and launches no other", async () => {
  const machine = scene.machine();
  const aws = await scene.aws(machine);
  const Tags = await resourceTags(machine, scene.host);
  await aws.ec2("RunInstances", {
    ImageId: scene.region.images.all()[0]?.id,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    InstanceMarketOptions: {
      MarketType: "spot",
      SpotOptions: { SpotInstanceType: "persistent", InstanceInterruptionBehavior: "stop" },
    },
    TagSpecifications: [
      { ResourceType: "instance", Tags },
      { ResourceType: "spot-instances-request", Tags },
    ],
  });
  await removeInstance(machine, scene.host);
  expect(scene.account.residue()).toEqual([]);
});

test("A protected instance is an error that says how to go on, and the rest goes at the next try", async () => {
  const machine = await scene.made();
  scene.standIn.failNext(
    "TerminateInstances",
    "OperationNotPermitted",
    "Modify its 'disableApiTermination' instance attribute and try again.",
  );
  await expect(removeInstance(machine, scene.host)).rejects.toMatchObject({
    code: "EC2_TERMINATION_PROTECTED",
    suggestions: [expect.stringContaining("--no-disable-api-termination")],
  });
  await removeInstance(machine, scene.host);
  expect(scene.account.residue()).toEqual([]);
});

test("A fleet, its instance and its launch template go, though the state knows none of them", async () => {
  const machine = scene.machine();
  const aws = await scene.aws(machine);
  const Tags = await resourceTags(machine, scene.host);
  const tagged = (ResourceType: "instance" | "spot-instances-request" | "launch-template" | "fleet") => ({ ResourceType, Tags });
  const { LaunchTemplate } = await aws.ec2("CreateLaunchTemplate", {
    LaunchTemplateName: "dev",
    LaunchTemplateData: {
      ImageId: scene.region.images.all()[0]?.id,
      InstanceType: "t3.micro",
      TagSpecifications: [tagged("instance"), tagged("spot-instances-request")],
    },
    TagSpecifications: [tagged("launch-template")],
  });
  await aws.ec2("CreateFleet", {
    Type: "instant",
    LaunchTemplateConfigs: [{ LaunchTemplateSpecification: { LaunchTemplateId: LaunchTemplate?.LaunchTemplateId, Version: "1" } }],
    TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: "spot" },
    TagSpecifications: [tagged("fleet")],
  });
  for (const kind of ["instance", "spot request", "fleet", "launch template"]) expect(scene.account.residue().join("\n")).toContain(kind);
  await removeInstance(machine, scene.host);
  expect(scene.account.residue()).toEqual([]);
});

test("A volume that stays behind its instance goes, too", async () => {
  const machine = scene.machine();
  const aws = await scene.aws(machine);
  const Tags = await resourceTags(machine, scene.host);
  const [image] = scene.region.images.all();
  await aws.ec2("RunInstances", {
    ImageId: image?.id,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { VolumeSize: 1, DeleteOnTermination: false } }],
    TagSpecifications: [
      { ResourceType: "instance", Tags },
      { ResourceType: "volume", Tags },
    ],
  });
  await removeInstance(machine, scene.host);
  expect(scene.account.residue()).toEqual([]);
});

test("What fills several pages is found whole", async () => {
  const paged = await NetworkScene.start({ pageSize: 1 });
  try {
    const { MachineId = "" } = (await paged.made()).state;
    await removeInstance(paged.machine({ state: { MachineId } }), paged.host);
    expect(paged.account.residue()).toEqual([]);
  } finally {
    await paged[Symbol.asyncDispose]();
  }
});
