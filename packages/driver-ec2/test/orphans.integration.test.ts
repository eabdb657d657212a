import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findOrphans } from "../src/orphans.js";
import { resourceTags } from "../src/tags.js";
import { NetworkScene, type TestMachine } from "./support/network-scene.ts";

let scene: NetworkScene;
beforeEach(async () => {
  scene = await NetworkScene.start();
});
afterEach(async () => {
  expect(scene.standIn.violations).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

interface Given {
  readonly machines?: readonly TestMachine[];
  readonly anyStore?: boolean;
  readonly host?: FakeHost;
  readonly flags?: Readonly<Record<string, string>>;
}

function orphans({ machines = [], anyStore = false, host = scene.host, flags = {} }: Given = {}) {
  return findOrphans({ options: scene.options(flags), machines: async () => machines, anyStore }, host);
}

test("What belongs to a machine of the store is no orphan, and neither is the group it is in", async () => {
  expect(await orphans({ machines: [await scene.made()] })).toEqual([]);
});

test("What a vanished machine left is found with its name and time, and removed in the order given", async () => {
  const kept = await scene.made({ name: "kept" });
  const lost = await scene.made({ name: "lost" });
  const found = await orphans({ machines: [kept] });
  expect(found.map(({ kind, machineName, keptBecause }) => ({ kind, machineName, keptBecause }))).toEqual([
    { kind: "instance in eu-west-1", machineName: "lost", keptBecause: undefined },
    { kind: "key-pair in eu-west-1", machineName: "lost", keptBecause: undefined },
  ]);
  expect(found[0]?.id).toBe(lost.state.InstanceId);
  expect(found[0]?.madeAt).toBeInstanceOf(Date);
  for (const orphan of found) await orphan.remove();
  expect(await orphans({ machines: [kept] })).toEqual([]);
  expect(scene.account.residue().join("\n")).toContain(kept.state.InstanceId);
});

test("The group of the last vanished machine goes, too", async () => {
  await scene.made();
  const found = await orphans();
  expect(found.map(({ kind }) => kind)).toEqual(["instance in eu-west-1", "key-pair in eu-west-1", "security-group in eu-west-1"]);
  for (const orphan of found) await orphan.remove();
  for (const orphan of found) await orphan.remove();
  expect(scene.account.residue()).toEqual([]);
});

test("A volume that stays behind its instance is found with it; one that goes with it isn't", async () => {
  const machine = scene.machine();
  const aws = await scene.aws(machine);
  const Tags = await resourceTags(machine, scene.host);
  await aws.ec2("RunInstances", {
    ImageId: scene.region.images.all()[0]?.id,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: { VolumeSize: 1, DeleteOnTermination: false } }],
    TagSpecifications: [
      { ResourceType: "instance", Tags },
      { ResourceType: "volume", Tags },
    ],
  });
  const found = await orphans();
  expect(found.map(({ kind }) => kind)).toEqual(["instance in eu-west-1", "volume in eu-west-1"]);
  for (const orphan of found) await orphan.remove();
  expect(scene.account.residue()).toEqual([]);
});

test("A group with somebody else's instance in it is listed only", async () => {
  const machine = await scene.made();
  const aws = await scene.aws();
  const { Instances = [] } = await aws.ec2("RunInstances", {
    ImageId: scene.region.images.all()[0]?.id,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    SecurityGroupIds: [...(machine.state.SecurityGroupIds ?? [])],
  });
  const found = await orphans();
  expect(found.at(-1)).toMatchObject({ kind: "security-group in eu-west-1", keptBecause: `in use by ${Instances[0]?.InstanceId}` });
});

test("While a machine of the store is being made, its group is no orphan", async () => {
  await scene.made();
  const creating = scene.machine({ name: "new" });
  const kinds = (await orphans({ machines: [creating] })).map(({ kind }) => kind);
  expect(kinds).toEqual(["instance in eu-west-1", "key-pair in eu-west-1"]);
});

test("Another store's things are found only when they are meant", async () => {
  await scene.made();
  const host = new FakeHost({ storeId: "ffffffff-0000-4000-8000-000000000000" });
  expect(await orphans({ host })).toEqual([]);
  const kinds = (await orphans({ host, anyStore: true })).map(({ kind }) => kind);
  expect(kinds[0]).toBe(`instance in eu-west-1 of store ${await scene.host.storeId()}`);
  expect(kinds).toHaveLength(3);
});

test("Without a region, all that the account uses are searched", async () => {
  await scene.made({ name: "there", flags: {} });
  const everywhere = { ...scene.options(), region: undefined };
  const found = await findOrphans({ options: everywhere, machines: async () => [], anyStore: false }, scene.host);
  expect(found).toHaveLength(3);
  const searched = new Set(scene.standIn.calls.filter(({ action }) => action === "DescribeTags").map(({ region }) => region));
  expect([...searched]).toEqual(expect.arrayContaining(["us-east-1", "eu-central-1", "eu-west-1"]));
  expect(searched.has("ap-east-1")).toBe(false);
});
