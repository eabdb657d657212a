import { type OptionSources, resolveOptions } from "@docker-machine/driver-sdk";
import { FakeHost, type FakeHostOptions, FakeMachine } from "@docker-machine/driver-sdk/testing";
import { onTestFinished } from "vitest";
import { Account, type AccountOptions } from "../../../../test/support/aws/ec2/account.ts";
import { ec2Handlers } from "../../../../test/support/aws/ec2/ec2-handlers.ts";
import { testIdentity } from "../../../../test/support/aws/identity.ts";
import { type AwsOptions, type AwsStandIn, startAws } from "../../../../test/support/aws/server.ts";
import { type Aws, openAws } from "../../src/aws/aws.js";
import { type Ec2Options, ec2Options } from "../../src/options.js";
import type { Ec2State } from "../../src/state.js";

/** How much later it is for EC2 each time that it looks at its clock: pauses take no time here, so waiting is looking often. */
const TICK_MS = 10;

/** A machine of the driver whose disk is a text. */
export type TestMachine = FakeMachine<typeof ec2Options, Ec2State>;

/** Options as they come of flags. */
export function optionsOf(flags: NonNullable<OptionSources["flags"]> = {}, env: NonNullable<OptionSources["env"]> = {}): Ec2Options {
  return resolveOptions(ec2Options, { flags, env });
}

/** A stand-in for AWS with an account, and the driver's way there. It ends with the test. */
export class Ec2World {
  readonly account: Account;
  readonly aws: AwsStandIn;

  private constructor(account: Account, aws: AwsStandIn) {
    this.account = account;
    this.aws = aws;
  }

  static async start(options: AccountOptions = {}, awsOptions: AwsOptions = {}): Promise<Ec2World> {
    let now = Date.now();
    const tick = () => {
      now += TICK_MS;
      return now;
    };
    const account = new Account({ now: tick, ...options });
    const parameters = (region: string) => account.parameters(region);
    const world = new Ec2World(account, await startAws({ parameters, ...awsOptions, handlers: { ec2: ec2Handlers(account) } }));
    onTestFinished(() => world.aws.stop());
    return world;
  }

  /** Flags that lead to the stand-in, and its user's keys. */
  flags(more: NonNullable<OptionSources["flags"]> = {}): NonNullable<OptionSources["flags"]> {
    return {
      "amazonec2-endpoint": this.aws.url,
      "amazonec2-region": "us-east-1",
      "amazonec2-access-key": testIdentity.accessKeyId,
      "amazonec2-secret-key": testIdentity.secretAccessKey,
      "amazonec2-retries": "-1",
      ...more,
    };
  }

  machine(state: Partial<Ec2State> = {}, flags: NonNullable<OptionSources["flags"]> = {}): TestMachine {
    return new FakeMachine({ options: optionsOf(this.flags(flags)), directory: "/nowhere", state });
  }

  async open(host: FakeHost = new FakeHost(), flags: NonNullable<OptionSources["flags"]> = {}): Promise<Aws> {
    return openAws({ options: optionsOf(this.flags(flags)) }, host);
  }

  /** Launches an instance as somebody would who doesn't use the driver. */
  async launch(hibernation: "cold" | "hibernating" = "cold"): Promise<string> {
    const aws = await this.open();
    const [image = ""] = Object.entries(this.account.parameters("us-east-1"))
      .filter(([name]) => name.includes("/24.04/") && name.includes("/amd64/"))
      .map(([, id]) => id);
    const { Instances = [] } = await aws.ec2("RunInstances", {
      ImageId: image,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      ...(hibernation === "cold"
        ? {}
        : {
            HibernationOptions: { Configured: true },
            BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { Encrypted: true, VolumeSize: 16, VolumeType: "gp3" as const } }],
          }),
    });
    return Instances[0]?.InstanceId ?? "";
  }

  /** How often an action was called, by whomever. */
  count(action: string): number {
    return this.aws.calls.filter((call) => call.action === action).length;
  }
}

/** A host whose SSH is played. */
export function hostWith(ssh: NonNullable<FakeHostOptions["ssh"]>): FakeHost {
  return new FakeHost({ ssh });
}
