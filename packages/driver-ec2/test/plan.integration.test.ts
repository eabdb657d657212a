import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OptionSources } from "@docker-machine/driver-sdk";
import { FakeHost, FakeMachine } from "@docker-machine/driver-sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import type { AccountOptions } from "../../../test/support/aws/ec2/account.ts";
import { testIdentity } from "../../../test/support/aws/identity.ts";
import type { AwsOptions } from "../../../test/support/aws/server.ts";
import ec2 from "../src/index.js";
import type { ec2Options } from "../src/options.js";
import type { Ec2State } from "../src/state.js";
import { Ec2World, optionsOf } from "./support/ec2-world.ts";
import { errorOf } from "./support/error-of.ts";

interface Given {
  readonly flags?: NonNullable<OptionSources["flags"]>;
  readonly account?: AccountOptions;
  readonly aws?: AwsOptions;
}

/** What a dry run of a machine with these flags says, as one text. Whatever comes of it, nothing is made, and everything said is in AWS's model. */
async function planned({ flags = {}, account, aws = {} }: Given = {}) {
  const world = await Ec2World.start(account, { callerAddress: "203.0.113.9", ...aws });
  const directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
  onTestFinished(async () => {
    await rm(directory, { recursive: true });
    expect(world.aws.violations).toEqual([]);
    expect(world.account.residue()).toEqual([]);
  });
  const options = optionsOf(world.flags({ "amazonec2-address-service": world.aws.addressUrl, "amazonec2-dry-run": true, ...flags }));
  const machine = new FakeMachine<typeof ec2Options, Ec2State>({ options, directory });
  const driver = ec2.createDriver(machine, new FakeHost({ directory }));
  return { world, text: driver.plan?.().then((lines) => lines?.join("\n")) ?? Promise.resolve(undefined) };
}

test("a dry run tells what would be made, where, by whom, and for how much of the quota", async () => {
  const { text } = await planned();
  const plan = await text;
  expect(plan).toContain("In us-east-1, in the account 123456789012, as arn:aws:iam::123456789012:");
  expect(plan).toMatch(/instance: t3\.micro \(2 vCPUs, 1024 MiB, x86_64\)/);
  expect(plan).toMatch(/image: ami-\w+ \(.*24\.04.*, x86_64\), user ubuntu/);
  expect(plan).toContain("root volume: 16 GB gp3\n");
  expect(plan).toContain("which lets in tcp 22 from 203.0.113.9/32, tcp 2376 from 203.0.113.9/32");
  expect(plan).toContain("permitted: ec2:ImportKeyPair, ec2:CreateSecurityGroup, ec2:RunInstances\n");
  expect(plan).toMatch(/quota: Running On-Demand Standard .* \(L-1216C47A\): 0 of \d+ vCPUs used, 2 more wanted/);
});

test("no price is made up: of on-demand instances none is told, of spot instances AWS's current one", async () => {
  expect(await (await planned()).text).not.toContain("USD");
  const { text } = await planned({ flags: { "amazonec2-request-spot-instance": true, "amazonec2-spot-fallback": true } });
  const plan = await text;
  expect(plan).toContain("market: spot, for at most the on-demand price, else on-demand");
  expect(plan).toMatch(/t3\.micro as a spot instance now costs 0\.0031\d* USD an hour in us-east-1\w/);
  expect(plan).toContain("All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests");
});

test("without --amazonec2-dry-run there is no plan, and nobody is asked", async () => {
  const { world, text } = await planned({ flags: { "amazonec2-dry-run": false } });
  expect(await text).toBeUndefined();
  expect(world.aws.calls).toEqual([]);
});

test.each(["ec2:RunInstances", "ec2:ImportKeyPair", "ec2:CreateSecurityGroup", "ec2:CreateTags"])(
  "a missing %s is told with the statement",
  async (lacking) => {
    const identities = [{ ...testIdentity, mayDo: (permission: string) => permission !== lacking }];
    const { text } = await planned({ aws: { identities } });
    const error = await errorOf(text);
    expect(error.code).toBe("EC2_PERMISSION_MISSING");
    expect(error.suggestions.join("\n")).toContain(`"${lacking}"`);
  },
);

test("a quota that isn't enough is an error that names it", async () => {
  const { text } = await planned({ aws: { quotas: { "L-1216C47A": 1 } } });
  const error = await errorOf(text);
  expect(error.code).toBe("EC2_QUOTA_EXCEEDED");
  expect(error.message).toContain(
    '"Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances" (L-1216C47A) in us-east-1, 0 of 1 are used',
  );
  expect(error.suggestions[0]).toContain("--quota-code L-1216C47A --desired-value 2");
});

test("one exceeded quota of several is told, since another market has its own", async () => {
  const flags = { "amazonec2-request-spot-instance": true, "amazonec2-spot-fallback": true };
  const { text } = await planned({ flags, aws: { quotas: { "L-34B43A08": 1 } } });
  expect(await text).toContain("0 of 1 are used");
});

test("without the permission to read quotas, the plan says that it doesn't know them", async () => {
  const identities = [{ ...testIdentity, mayDo: (permission: string) => permission !== "servicequotas:GetServiceQuota" }];
  const { text } = await planned({ aws: { identities } });
  expect(await text).toContain("quota: not known, since servicequotas:GetServiceQuota isn't allowed");
});
