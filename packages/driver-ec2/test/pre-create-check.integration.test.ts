import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OptionSources } from "@docker-machine/driver-sdk";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import type { AccountOptions } from "../../../test/support/aws/ec2/account.ts";
import { preCreateCheck } from "../src/pre-create-check.js";
import { Ec2World } from "./support/ec2-world.ts";
import { errorOf } from "./support/error-of.ts";

type Flags = NonNullable<OptionSources["flags"]>;

/** Checks a machine with these flags in a new account. */
async function check(flags: Flags = {}, options: AccountOptions = {}) {
  const world = await Ec2World.start(options);
  const host = new FakeHost();
  const machine = world.machine({}, { "amazonec2-address-service": world.aws.addressUrl, ...flags });
  onTestFinished(() => expect(world.aws.violations).toEqual([]));
  return { world, host, checked: preCreateCheck(machine, host) };
}

async function problem(flags: Flags): Promise<string> {
  const { checked } = await check(flags);
  return (await errorOf(checked)).code;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test("a machine without options can be made, and checking that makes nothing", async () => {
  const { world, checked } = await check();
  await checked;
  expect(world.account.residue()).toEqual([]);
  const changing = world.aws.calls.filter(({ action }) => !/^(Describe|Get)/.test(action));
  expect(changing).toEqual([]);
});

test.each([
  ["an instance type that there isn't", { "amazonec2-instance-type": ["t3.gigantic"] }, "EC2_INSTANCE_TYPE_UNKNOWN"],
  ["an image that there isn't", { "amazonec2-ami": "ami-0123456789abcdef0" }, "EC2_IMAGE_MISSING"],
  ["a subnet that there isn't", { "amazonec2-subnet-id": ["subnet-0123456789abcdef0"] }, "EC2_SUBNET_MISSING"],
  ["a zone that there isn't", { "amazonec2-zone": "z" }, "EC2_SUBNET_MISSING"],
  ["a group that there isn't", { "amazonec2-security-group": ["sg-0123456789abcdef0"] }, "EC2_SECURITY_GROUP_MISSING"],
  ["a placement group that there isn't", { "amazonec2-placement-group": "none" }, "EC2_PLACEMENT_GROUP_MISSING"],
  ["a private key that there isn't", { "amazonec2-ssh-keypath": "/nowhere/key" }, "FILE_UNREADABLE"],
  ["a bastion's key that there isn't", { "amazonec2-bastion": "a@b", "amazonec2-bastion-ssh-keypath": "/nowhere/key" }, "FILE_UNREADABLE"],
  ["user data that there isn't", { "amazonec2-userdata": "/nowhere/user-data" }, "EC2_USER_DATA_UNREADABLE"],
])("%s is told before anything is made", async (_what, flags, code) => expect(await problem(flags)).toBe(code));

test("a key pair that there isn't is told, with its name and region", async () => {
  const key = join(await folder(), "key");
  await writeFile(key, "");
  const { checked } = await check({ "amazonec2-ssh-keypath": key, "amazonec2-keypair-name": "mine" });
  const error = await errorOf(checked);
  expect(error.code).toBe("EC2_KEY_PAIR_MISSING");
  expect(error.message).toContain('"mine" in us-east-1');
});

test("a key of the user's needs its public half, since AWS is given that", async () => {
  const key = join(await folder(), "key");
  await writeFile(key, "");
  const { checked } = await check({ "amazonec2-ssh-keypath": key });
  expect((await errorOf(checked)).suggestions).toEqual([`ssh-keygen -y -f ${key} > ${key}.pub`]);
});

test("what AWS has retired is told, and not refused", async () => {
  const { host, checked } = await check({ "amazonec2-block-duration-minutes": "60" });
  await checked;
  expect(host.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
});
