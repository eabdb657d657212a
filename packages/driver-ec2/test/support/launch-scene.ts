import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { expect, onTestFinished } from "vitest";
import type { AccountOptions } from "../../../../test/support/aws/ec2/account.ts";
import type { Region } from "../../../../test/support/aws/ec2/region.ts";
import { openAws } from "../../src/aws/aws.js";
import { makeInstance } from "../../src/create.js";
import { type LaunchPlan, planLaunch } from "../../src/launch-plan.js";
import { Ec2World, type TestMachine } from "./ec2-world.ts";

/** By flag name, without `amazonec2-`. */
export type Flags = Readonly<Record<string, string | boolean | readonly string[]>>;

/** An account in which machines are made from the beginning. At the test's end, nothing may have been against AWS's service model. */
export class LaunchScene {
  readonly world: Ec2World;
  readonly directory: string;
  readonly host: FakeHost;

  private constructor(world: Ec2World, directory: string) {
    this.world = world;
    this.directory = directory;
    this.host = new FakeHost({ directory });
  }

  static async start(options: AccountOptions = {}): Promise<LaunchScene> {
    const directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
    const world = await Ec2World.start(options, { callerAddress: "203.0.113.9" });
    onTestFinished(async () => {
      await rm(directory, { recursive: true, force: true });
      expect(world.aws.violations).toEqual([]);
    });
    return new LaunchScene(world, directory);
  }

  get region(): Region {
    return this.world.account.region("us-east-1");
  }

  machine(flags: Flags = {}): TestMachine {
    const given = Object.entries({ "address-service": this.world.aws.addressUrl, ...flags });
    return this.world.machine({}, Object.fromEntries(given.map(([name, value]) => [`amazonec2-${name}`, value])));
  }

  async made(flags: Flags = {}): Promise<TestMachine> {
    const machine = this.machine(flags);
    await makeInstance(machine, this.host);
    return machine;
  }

  async plan(flags: Flags = {}): Promise<LaunchPlan> {
    const machine = this.machine(flags);
    return planLaunch(machine, await openAws(machine, this.host));
  }

  /** What AWS was asked to run, in order. */
  get launches(): RunInstancesCommandInput[] {
    return this.world.aws.calls
      .filter(({ action }) => action === "RunInstances")
      .map(({ input }) => input as unknown as RunInstancesCommandInput);
  }
}
