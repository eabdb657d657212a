import { expect, test } from "vitest";
import { loseAnswer, refuse } from "../../../test/support/aws/faults.ts";
import { makeInstance } from "../src/create.js";
import { removeInstance } from "../src/remove.js";
import { errorOf } from "./support/error-of.ts";
import { LaunchScene } from "./support/launch-scene.ts";

const SPOT = { "request-spot-instance": true };
const TWO_TYPES = { "instance-type": ["t3.micro", "t3a.micro"] };

test("Where a zone has no capacity, the next one is tried, at once", async () => {
  const scene = await LaunchScene.start({ shortages: [{ zone: "us-east-1a" }] });
  const { state } = await scene.made({ retries: "5" });
  expect(state.Zone).toBe("b");
  expect(scene.launches).toHaveLength(2);
  const [first, second] = scene.launches;
  expect(first?.ClientToken).not.toBe(second?.ClientToken);
});

test("Where no zone has an instance type, the next type is tried", async () => {
  const scene = await LaunchScene.start({ shortages: [{ instanceType: "t3.micro" }] });
  expect((await scene.made(TWO_TYPES)).state.InstanceType).toBe("t3a.micro");
});

test("Zones that don't offer the instance type are passed over", async () => {
  const scene = await LaunchScene.start({ regions: { "us-east-1": { notOffered: { "t3.micro": "ab" } } } });
  expect((await scene.made()).state.Zone).toBe("c");
});

test("When all is refused, the error names what was tried", async () => {
  const scene = await LaunchScene.start({ shortages: [{}] });
  const error = await errorOf(scene.made(TWO_TYPES));
  expect(error.code).toBe("EC2_CAPACITY_MISSING");
  expect(error.message).toContain("t3a.micro in us-east-1c, on-demand (InsufficientInstanceCapacity)");
});

test("A quota that is used up is not asked for again in other zones", async () => {
  const scene = await LaunchScene.start({ limits: { onDemandVcpus: { g: 0, standard: 1 } } });
  expect((await errorOf(scene.made())).code).toBe("EC2_QUOTA_EXCEEDED");
  expect(scene.launches).toHaveLength(1);
});

test("A spot instance bears its request, which goes with the machine", async () => {
  const scene = await LaunchScene.start();
  const machine = await scene.made({ ...SPOT, "spot-price": "0.01" });
  expect(machine.state.SpotInstanceRequestId).toMatch(/^sir-/);
  expect(scene.launches[0]?.InstanceMarketOptions?.SpotOptions?.MaxPrice).toBe("0.01");
  await removeInstance(machine, scene.host);
  expect(scene.world.account.residue()).toEqual([]);
});

test("A price that is too low is said, unless an on-demand instance may take its place", async () => {
  const scene = await LaunchScene.start();
  expect((await errorOf(scene.made({ ...SPOT, "spot-price": "0.0001" }))).code).toBe("EC2_SPOT_PRICE_TOO_LOW");
  const { state } = await scene.made({ ...SPOT, "spot-price": "0.0001", "spot-fallback": true });
  expect(state.LaunchedBy).toBe("on-demand");
  expect(state.SpotInstanceRequestId).toBeUndefined();
});

test("Of several types, a fleet chooses the spot instance, and leaves no launch template", async () => {
  const scene = await LaunchScene.start({ shortages: [{ instanceType: "t3.micro", market: "spot" }] });
  const machine = await scene.made({ ...SPOT, ...TWO_TYPES });
  expect(machine.state).toMatchObject({ InstanceType: "t3a.micro", LaunchedBy: "fleet", FleetId: expect.stringMatching(/^fleet-/) });
  expect(scene.launches).toEqual([]);
  expect(scene.world.account.residue().join("\n")).not.toContain("launch template");
  await removeInstance(machine, scene.host);
  expect(scene.world.account.residue()).toEqual([]);
});

test("A fleet that finds nothing makes way for an on-demand instance", async () => {
  const scene = await LaunchScene.start({ shortages: [{ market: "spot" }] });
  expect((await errorOf(scene.made({ ...SPOT, ...TWO_TYPES }))).code).toBe("EC2_CAPACITY_MISSING");
  const machine = await scene.made({ ...SPOT, ...TWO_TYPES, "spot-fallback": true });
  expect(machine.state).toMatchObject({ InstanceType: "t3.micro", LaunchedBy: "on-demand" });
  await removeInstance(machine, scene.host);
});

test("A fleet whose answer was lost is found again", async () => {
  const scene = await LaunchScene.start();
  const machine = scene.machine({ ...SPOT, ...TWO_TYPES });
  scene.world.aws.faults.plan(loseAnswer(), { action: "CreateFleet" });
  await errorOf(makeInstance(machine, scene.host));
  await makeInstance(machine, scene.host);
  expect(scene.region.instances.all().map(({ id }) => id)).toEqual([machine.state.InstanceId]);
  await removeInstance(machine, scene.host);
  expect(scene.world.account.residue()).toEqual([]);
});

test("A launch template of a creation that ended early is replaced", async () => {
  const scene = await LaunchScene.start();
  const machine = scene.machine({ ...SPOT, ...TWO_TYPES });
  scene.world.aws.faults.plan(loseAnswer(), { action: "CreateLaunchTemplate" });
  scene.world.aws.faults.plan(refuse("InternalError"), { action: "DeleteLaunchTemplate" });
  await errorOf(makeInstance(machine, scene.host));
  await makeInstance(machine, scene.host);
  expect(scene.world.account.residue().join("\n")).not.toContain("launch template");
});

test("A security group that another process has just removed is made again", async () => {
  const scene = await LaunchScene.start();
  scene.world.aws.faults.plan(refuse("InvalidGroup.NotFound"), { action: "RunInstances" });
  expect((await scene.made()).state.InstanceId).toBeDefined();
  expect(scene.launches).toHaveLength(2);
});

test("A key pair that AWS doesn't know yet is waited for with the same token", async () => {
  const scene = await LaunchScene.start();
  scene.world.aws.faults.plan(refuse("InvalidKeyPair.NotFound"), { action: "RunInstances", times: 2 });
  await scene.made();
  expect(new Set(scene.launches.map(({ ClientToken }) => ClientToken)).size).toBe(1);
});

test("An instance that can hibernate has an encrypted volume with room for its memory", async () => {
  const scene = await LaunchScene.start();
  await scene.made({ hibernate: true, "instance-type": ["m5.xlarge"], "root-size": "10" });
  const [launch] = scene.launches;
  expect(launch?.HibernationOptions).toEqual({ Configured: true });
  expect(launch?.BlockDeviceMappings?.[0]?.Ebs).toMatchObject({ Encrypted: true, VolumeSize: 24 });
});

test("What hibernates is a spot instance with a request that lasts", async () => {
  const scene = await LaunchScene.start();
  const machine = await scene.made({ ...SPOT, hibernate: true });
  expect(scene.launches[0]?.InstanceMarketOptions?.SpotOptions?.SpotInstanceType).toBe("persistent");
  await removeInstance(machine, scene.host);
  expect(scene.world.account.residue()).toEqual([]);
});

test("An instance without a public address has its private one, and IPv6 ones if wished", async () => {
  const scene = await LaunchScene.start();
  const { state } = await scene.made({ "private-address-only": true });
  expect(scene.launches[0]?.NetworkInterfaces?.[0]).toMatchObject({ AssociatePublicIpAddress: false });
  expect(state.IPAddress).toBe(state.PrivateIPAddress);
});

test("An instance with IPv6 alone is reached at its IPv6 address", async () => {
  const scene = await LaunchScene.start();
  const subnet = scene.region.addSubnet(scene.region.addVpc("10.7.0.0/16"), { ipv6: "on-request" });
  const flags = { "ipv6-address-count": "1", "ipv6-address-only": true, "enable-primary-ipv6": true, "ingress-cidr": ["::/0"] };
  const { state } = await scene.made({ ...flags, "subnet-id": [subnet.id] });
  expect(state.IPAddress).toContain(":");
});

test("What the user wishes reaches AWS", async () => {
  const scene = await LaunchScene.start({ instanceProfiles: ["builder"], kmsKeys: ["alias/mine"] });
  await scene.made({
    "iam-instance-profile": "builder",
    "volume-kms-key": "alias/mine",
    "http-tokens": "optional",
    monitoring: true,
    "root-size": "40",
    userdata: "#!/bin/sh\ntrue\n",
    zone: "d",
  });
  const [launch] = scene.launches;
  expect(launch).toMatchObject({
    IamInstanceProfile: { Name: "builder" },
    MetadataOptions: { HttpTokens: "optional" },
    Monitoring: { Enabled: true },
    BlockDeviceMappings: [{ Ebs: { VolumeSize: 40, Encrypted: true, KmsKeyId: "alias/mine" } }],
  });
  expect(Buffer.from(launch?.UserData ?? "", "base64").toString()).toContain("multipart/mixed");
});
