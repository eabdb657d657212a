import { expect, test } from "vitest";
import { loseAnswer } from "../../../test/support/aws/faults.ts";
import { makeInstance } from "../src/create.js";
import { removeInstance } from "../src/remove.js";
import { errorOf } from "./support/error-of.ts";
import { LaunchScene } from "./support/launch-scene.ts";

test("A machine is an instance of the newest Ubuntu that runs and has an address", async () => {
  const scene = await LaunchScene.start();
  const { state } = await scene.made();
  const [instance] = scene.region.instances.all();
  expect(state).toMatchObject({
    InstanceId: instance?.id,
    AMI: scene.launches[0]?.ImageId,
    InstanceType: "t3.micro",
    Region: "us-east-1",
    SSHUser: "ubuntu",
    SSHPort: 22,
    LaunchedBy: "on-demand",
  });
  expect(state.IPAddress).toMatch(/^\d+\./);
  expect(state.Zone).toMatch(/^[a-f]$/);
});

test("The instance requires IMDSv2, has a gp3 volume, and all that comes with it is tagged", async () => {
  const scene = await LaunchScene.start();
  const { state } = await scene.made({ tags: "team,web" });
  const [launch] = scene.launches;
  expect(launch).toMatchObject({
    MetadataOptions: { HttpEndpoint: "enabled", HttpTokens: "required", HttpPutResponseHopLimit: 2 },
    BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { VolumeType: "gp3", VolumeSize: 16, DeleteOnTermination: true } }],
  });
  expect(launch?.TagSpecifications?.map(({ ResourceType }) => ResourceType)).toEqual(["instance", "volume", "network-interface"]);
  for (const { Tags = [] } of launch?.TagSpecifications ?? []) {
    expect(Tags).toEqual(
      expect.arrayContaining([
        { Key: "docker-machine:machine-id", Value: state.MachineId },
        { Key: "team", Value: "web" },
      ]),
    );
  }
});

test("A creation that is repeated makes nothing more", async () => {
  const scene = await LaunchScene.start();
  const machine = await scene.made();
  const before = scene.world.account.residue();
  await makeInstance(machine, scene.host);
  expect(scene.world.account.residue()).toEqual(before);
});

test("A launch whose answer was lost is found again by its token", async () => {
  const scene = await LaunchScene.start();
  const machine = scene.machine();
  scene.world.aws.faults.plan(loseAnswer(), { action: "RunInstances" });
  expect((await errorOf(makeInstance(machine, scene.host))).code).toBe("EC2_UNREACHABLE");
  expect(machine.state.InstanceId).toBeUndefined();
  await makeInstance(machine, scene.host);
  expect(scene.region.instances.all().map(({ id }) => id)).toEqual([machine.state.InstanceId]);
  expect(new Set(scene.launches.map(({ ClientToken }) => ClientToken)).size).toBe(1);
});

test("A launch whose answer was lost is found again though the options are others now", async () => {
  const scene = await LaunchScene.start();
  const machine = scene.machine();
  scene.world.aws.faults.plan(loseAnswer(), { action: "RunInstances" });
  await errorOf(makeInstance(machine, scene.host));
  const other = scene.machine({ monitoring: true });
  await other.persist(machine.state);
  await makeInstance(other, scene.host);
  expect(scene.region.instances.all().map(({ id }) => id)).toEqual([other.state.InstanceId]);
});

test("An instance that was terminated meanwhile is replaced", async () => {
  const scene = await LaunchScene.start();
  const machine = await scene.made();
  const { InstanceId = "" } = machine.state;
  const aws = await scene.world.open();
  await aws.ec2("TerminateInstances", { InstanceIds: [InstanceId] });
  await makeInstance(machine, scene.host);
  expect(machine.state.InstanceId).not.toBe(InstanceId);
  await removeInstance(machine, scene.host);
  expect(scene.world.account.residue()).toEqual([]);
});

test("What AWS doesn't know at once is waited for", async () => {
  const scene = await LaunchScene.start({ consistency: { hiddenReads: 2, hiddenWrites: 2 } });
  const machine = await scene.made();
  expect(machine.state.IPAddress).toBeDefined();
});

test("Nothing is made when what the options name isn't there", async () => {
  const scene = await LaunchScene.start();
  for (const flags of [{ ami: "ami-0123456789abcdef0" }, { "instance-type": ["t9.huge"] }, { "subnet-id": ["subnet-0123456789abcdef0"] }]) {
    await errorOf(makeInstance(scene.machine(flags), scene.host));
  }
  expect(scene.world.account.residue()).toEqual([]);
});
