import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OptionSources } from "@docker-machine/driver-sdk";
import { FakeHost, FakeMachine } from "@docker-machine/driver-sdk/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { AwsFault } from "../../../test/support/aws/aws-fault.ts";
import type { Call } from "../../../test/support/aws/call.ts";
import { testIdentity } from "../../../test/support/aws/identity.ts";
import { permissionsOf } from "../../../test/support/aws/permissions.ts";
import { iamPolicy } from "../src/iam-policy.js";
import ec2 from "../src/index.js";
import type { ec2Options } from "../src/options.js";
import type { Ec2State } from "../src/state.js";
import { Ec2World, optionsOf } from "./support/ec2-world.ts";

const ALLOWED = new Set(iamPolicy().Statement.flatMap(({ Action }) => Action));
const STORE = "docker-machine:store-id";

/** What each action makes, of which the policy demands the tag. */
const MAKES: Readonly<Record<string, readonly string[]>> = {
  CreateFleet: ["fleet"],
  CreateLaunchTemplate: ["launch-template"],
  CreateSecurityGroup: ["security-group"],
  ImportKeyPair: ["key-pair"],
  RunInstances: ["instance", "volume", "network-interface"],
};

/** A machine's life, by a user who may do what the policy allows. What was said to AWS. */
async function liveAndDie(flags: NonNullable<OptionSources["flags"]>): Promise<readonly Call[]> {
  const identities = [{ ...testIdentity, mayDo: (permission: string) => ALLOWED.has(permission) }];
  const timing = { pending: 0, stopping: 0, shuttingDown: 0 };
  const world = await Ec2World.start({ timing }, { callerAddress: "203.0.113.9", identities });
  const directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const options = optionsOf(world.flags({ "amazonec2-address-service": world.aws.addressUrl, ...flags }));
  const machine = new FakeMachine<typeof ec2Options, Ec2State>({ options, directory });
  const driver = ec2.createDriver(machine, new FakeHost({ directory }));
  await driver.preCreateCheck?.();
  await driver.create();
  if (!options.requestSpotInstance) {
    await driver.stop?.();
    await driver.start?.();
    await driver.kill?.();
  }
  expect(await driver.status()).toMatch(/Running|Stopped/);
  await driver.remove();
  expect([...world.account.residue(), ...world.aws.violations]).toEqual([]);
  return world.aws.calls;
}

describe("the IAM policy is enough for a machine's whole life", () => {
  test.each([
    ["on demand", {}],
    ["as a spot instance", { "amazonec2-request-spot-instance": true }],
    ["by a fleet", { "amazonec2-request-spot-instance": true, "amazonec2-instance-type": ["t3.micro", "t3a.micro"] }],
  ])("%s, and all that is made is tagged as it demands", async (_how, flags) => {
    const calls = await liveAndDie(flags);
    const needed = new Set(calls.flatMap((call) => permissionsOf(call)));
    expect([...needed].filter((permission) => !ALLOWED.has(permission))).toEqual([]);
    for (const { action, input } of calls) {
      const specifications = (input.TagSpecifications ?? []) as { ResourceType?: string; Tags?: { Key?: string }[] }[];
      const tagged = specifications
        .filter(({ Tags = [] }) => Tags.some(({ Key }) => Key === STORE))
        .map(({ ResourceType }) => ResourceType);
      for (const kind of MAKES[action] ?? []) expect([action, tagged]).toEqual([action, expect.arrayContaining([kind])]);
    }
  });
});

test("Under the policy, AWS forbids to terminate what is gone, and rm succeeds all the same", async () => {
  // What has no tags, since it isn't there, meets no condition that asks for one.
  const world = await Ec2World.start(
    { timing: { pending: 0, shuttingDown: 0, terminatedVisible: 0 } },
    {
      callerAddress: "203.0.113.9",
      onCall: async ({ action }, effect) => {
        try {
          return await effect();
        } catch (error) {
          if (!(error instanceof AwsFault) || action !== "TerminateInstances" || error.code !== "InvalidInstanceID.NotFound") throw error;
          throw new AwsFault("UnauthorizedOperation", "You are not authorized to perform this operation.");
        }
      },
    },
  );
  const directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const options = optionsOf(world.flags({ "amazonec2-address-service": world.aws.addressUrl }));
  const machine = new FakeMachine<typeof ec2Options, Ec2State>({ options, directory });
  const driver = ec2.createDriver(machine, new FakeHost({ directory }));
  await driver.create();
  const aws = await world.open();
  await aws.ec2("TerminateInstances", { InstanceIds: [machine.state.InstanceId ?? ""] });
  await vi.waitFor(async () => expect((await aws.ec2("DescribeInstances", {})).Reservations ?? []).toEqual([]));
  await driver.remove();
  expect(world.account.residue()).toEqual([]);
});
