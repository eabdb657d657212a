import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loseAnswer } from "../../../test/support/aws/faults.ts";
import { checkIngress } from "../src/check-ingress.js";
import { ensureSecurityGroups } from "../src/security-group.js";
import { CALLER, NetworkScene, type TestMachine } from "./support/network-scene.ts";

const OWN_NAME = "docker-machine-00000000";

let scene: NetworkScene;
beforeEach(async () => {
  scene = await NetworkScene.start();
});
afterEach(async () => {
  expect(scene.standIn.violations).toEqual([]);
  await scene[Symbol.asyncDispose]();
});

const groups = () => scene.region.securityGroups.all().filter(({ name }) => name !== "default");

const said = () => scene.host.lines.filter(({ level }) => level !== "debug").map(({ message }) => message);

/** `tcp 22 203.0.113.9/32` */
function ingress(groupId: string): string[] {
  const rules = scene.region.rules.all().filter((rule) => rule.groupId === groupId && !rule.egress);
  return rules.map(({ protocol, fromPort, toPort, peer }) => `${protocol} ${fromPort}-${toPort} ${Object.values(peer).join()}`).sort();
}

async function ensure(machine: TestMachine, host: FakeHost = scene.host) {
  return ensureSecurityGroups(machine, host, await scene.aws(machine), { vpcId: scene.vpcId });
}

async function foreignGroup(name: string, tags: Record<string, string> = {}): Promise<string> {
  const aws = await scene.aws();
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const { GroupId = "" } = await aws.ec2("CreateSecurityGroup", {
    GroupName: name,
    Description: "theirs",
    VpcId: scene.vpcId,
    ...(Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: "security-group", Tags }] }),
  });
  return GroupId;
}

test("A store's group lets SSH and Docker in from this computer alone, and bears the store's mark", async () => {
  const machine = scene.machine();
  const { ids } = await ensure(machine);
  expect(groups()).toMatchObject([{ id: ids[0], name: OWN_NAME }]);
  expect(groups()[0]?.tags.get("docker-machine:store-id")).toBe(await scene.host.storeId());
  expect(ingress(ids[0] ?? "")).toEqual([`tcp 22-22 ${CALLER}/32`, `tcp 2376-2376 ${CALLER}/32`]);
  expect(machine.state).toMatchObject({ SecurityGroupIds: ids, OwnSecurityGroupIds: ids, SecurityGroupNames: [OWN_NAME] });
  expect(said().join("\n")).toContain(`now lets in: tcp 22 from ${CALLER}/32, tcp 2376`);
});

test("All machines of the store share it; what is missing is added and logged, the rest stays", async () => {
  const { ids } = await ensure(scene.machine());
  const second = scene.machine({ name: "second", flags: { "ingress-cidr": ["198.51.100.0/24"], "open-port": ["80", "5000-5010/udp"] } });
  expect((await ensure(second)).ids).toEqual(ids);
  const before = said();
  await ensure(second);
  expect(said()).toEqual(before);
  expect(ingress(ids[0] ?? "")).toEqual([
    "tcp 22-22 198.51.100.0/24",
    `tcp 22-22 ${CALLER}/32`,
    "tcp 2376-2376 198.51.100.0/24",
    `tcp 2376-2376 ${CALLER}/32`,
    "tcp 80-80 0.0.0.0/0",
    "udp 5000-5010 0.0.0.0/0",
  ]);
});

test("Another store has a group of its own", async () => {
  await ensure(scene.machine());
  await ensure(scene.machine(), new FakeHost({ storeId: "ffffffff-0000-4000-8000-000000000000" }));
  expect(groups().map(({ name }) => name)).toEqual([OWN_NAME, "docker-machine-ffffffff"]);
});

test("Machines that are reached by their private address let their VPC in", async () => {
  const { ids } = await ensure(scene.machine({ flags: { "use-private-address": true } }));
  const cidr = scene.region.defaultVpc?.cidr;
  expect(ingress(ids[0] ?? "")).toEqual([`tcp 22-22 ${cidr}`, `tcp 2376-2376 ${cidr}`]);
});

test("A group that isn't ours is used by name or id, and not changed", async () => {
  const named = await foreignGroup("theirs");
  const ofOtherStore = await foreignGroup("others", { "docker-machine:store-id": "ffffffff-0000-4000-8000-000000000000" });
  const machine = scene.machine({ flags: { "security-group": ["theirs", ofOtherStore] } });
  expect(await ensure(machine)).toEqual({ ids: [named, ofOtherStore] });
  expect([...ingress(named), ...ingress(ofOtherStore)]).toEqual([]);
  expect(machine.state.OwnSecurityGroupIds).toBeUndefined();
});

test("A group that is named and missing is made as ours; an id that is missing is refused", async () => {
  const machine = scene.machine({ flags: { "security-group": ["web"] } });
  const { ids } = await ensure(machine);
  expect(groups()).toMatchObject([{ name: "web" }]);
  expect(machine.state.OwnSecurityGroupIds).toEqual(ids);
  await expect(ensure(scene.machine({ flags: { "security-group": ["sg-0123456789abcdef0"] } }))).rejects.toMatchObject({
    code: "EC2_SECURITY_GROUP_MISSING",
  });
  await expect(ensure(scene.machine({ flags: { "security-group": ["other"], "security-group-readonly": true } }))).rejects.toMatchObject({
    code: "EC2_SECURITY_GROUP_MISSING",
  });
});

test("Lost answers, and a group that AWS doesn't know at once, make one group with its rules", async () => {
  scene.account.consistency = { ...scene.account.consistency, hiddenReads: 3, hiddenWrites: 3 };
  scene.standIn.faults.plan(loseAnswer(), { action: "CreateSecurityGroup" });
  scene.standIn.faults.plan(loseAnswer(), { action: "AuthorizeSecurityGroupIngress", skip: 3 });
  const machine = scene.machine();
  const { ids } = await ensure(machine);
  expect(groups().map(({ id }) => id)).toEqual(ids);
  expect(ingress(ids[0] ?? "")).toHaveLength(2);
  expect(machine.state.OwnSecurityGroupIds).toEqual(ids);
});

test("Two machines that are made at once share one group", async () => {
  const [one, two] = await Promise.all([ensure(scene.machine({ name: "one" })), ensure(scene.machine({ name: "two" }), new FakeHost())]);
  expect(one).toEqual(two);
  expect(ingress(one.ids[0] ?? "")).toHaveLength(2);
});

test("The check before creation warns of a group that lets this computer not in, and changes nothing", async () => {
  const GroupId = await foreignGroup("theirs");
  const machine = scene.machine({ flags: { "security-group": ["theirs"] } });
  const aws = await scene.aws(machine);
  await checkIngress(machine, scene.host, aws, { vpcId: scene.vpcId });
  expect(said().join("\n")).toContain(
    `"theirs" won't let in what docker-machine needs: tcp 22 from ${CALLER}/32, tcp 2376 from ${CALLER}/32`,
  );

  const before = said();
  await aws.ec2("AuthorizeSecurityGroupIngress", {
    GroupId,
    IpPermissions: [{ IpProtocol: "tcp", FromPort: 1, ToPort: 4000, IpRanges: [{ CidrIp: "203.0.0.0/8" }] }],
  });
  await checkIngress(machine, scene.host, aws, { vpcId: scene.vpcId });
  expect(said()).toEqual(before);
  expect(ingress(GroupId)).toHaveLength(1);
});

test("The check before creation makes nothing, and says that the caller's address can't be found out", async () => {
  const machine = scene.machine({ flags: { "address-service": "http://127.0.0.1:9/" } });
  const check = checkIngress(machine, scene.host, await scene.aws(machine), { vpcId: scene.vpcId });
  await expect(check).rejects.toMatchObject({ code: "EC2_CALLER_ADDRESS_UNKNOWN" });
  const plans = await checkIngress(scene.machine(), scene.host, await scene.aws(), { vpcId: scene.vpcId });
  expect(plans).toEqual([{ name: OWN_NAME, isOurs: true }]);
  expect(groups()).toEqual([]);
});
