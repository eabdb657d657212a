import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveOptions } from "@docker-machine/driver-sdk";
import { FakeHost, FakeMachine } from "@docker-machine/driver-sdk/testing";
import { Account, type AccountOptions } from "../../../../test/support/aws/ec2/account.ts";
import { ec2Handlers } from "../../../../test/support/aws/ec2/ec2-handlers.ts";
import type { Region } from "../../../../test/support/aws/ec2/region.ts";
import { testIdentity } from "../../../../test/support/aws/identity.ts";
import { type AwsStandIn, startAws } from "../../../../test/support/aws/server.ts";
import { type Aws, openAws } from "../../src/aws/aws.js";
import { ensureKeyPair } from "../../src/key-pair.js";
import type { Ec2Machine } from "../../src/machine.js";
import { ec2Options } from "../../src/options.js";
import { ensureSecurityGroups } from "../../src/security-group.js";
import type { Ec2State } from "../../src/state.js";
import { resourceTags } from "../../src/tags.js";

/** A machine of the driver, in a test. */
export type TestMachine = FakeMachine<typeof ec2Options, Ec2State>;

/** What a test's machine is made with. */
export interface GivenMachine {
  readonly name?: string;
  /** By flag name, without `amazonec2-`. */
  readonly flags?: Readonly<Record<string, string | boolean | readonly string[]>>;
  readonly state?: Partial<Ec2State>;
}

/** The address that AWS sees this computer at. RFC 5737 keeps it for documentation. */
export const CALLER = "203.0.113.9";

/** An account at the stand-in for AWS, and machines of one store that are made there, part by part. */
export class NetworkScene implements AsyncDisposable {
  readonly account: Account;
  readonly standIn: AwsStandIn;
  readonly host: FakeHost;
  readonly directory: string;

  private constructor(account: Account, standIn: AwsStandIn, directory: string) {
    this.account = account;
    this.standIn = standIn;
    this.directory = directory;
    this.host = new FakeHost({ directory });
  }

  static async start(options: AccountOptions = {}): Promise<NetworkScene> {
    const account = new Account({ ...options, timing: { pending: 0, shuttingDown: 5, ...options.timing } });
    const standIn = await startAws({
      handlers: { ec2: ec2Handlers(account) },
      parameters: (region) => account.parameters(region),
      callerAddress: CALLER,
    });
    return new NetworkScene(account, standIn, await mkdtemp(join(tmpdir(), "docker-machine-test-")));
  }

  get region(): Region {
    return this.account.region("eu-west-1");
  }

  get vpcId(): string {
    return this.region.defaultVpc?.id ?? "";
  }

  /** What a user types, as the driver gets it. */
  options(flags: GivenMachine["flags"] = {}) {
    const given = {
      region: "eu-west-1",
      endpoint: this.standIn.url,
      "access-key": testIdentity.accessKeyId,
      "secret-key": testIdentity.secretAccessKey,
      "address-service": this.standIn.addressUrl,
      retries: "1",
      ...flags,
    };
    return resolveOptions(ec2Options, {
      flags: Object.fromEntries(Object.entries(given).map(([flag, value]) => [`amazonec2-${flag}`, value])),
    });
  }

  machine({ name = "dev", flags = {}, state = { MachineId: randomUUID() } }: GivenMachine = {}): TestMachine {
    return new FakeMachine({ name, directory: this.directory, options: this.options(flags), state });
  }

  aws(machine: Ec2Machine = this.machine()): Promise<Aws> {
    return openAws(machine, this.host);
  }

  /** A machine that is made completely. */
  async made(given: GivenMachine = {}, host: FakeHost = this.host): Promise<TestMachine> {
    const machine = this.machine(given);
    const aws = await this.aws(machine);
    const { keyName } = await ensureKeyPair(machine, host, aws);
    const { ids } = await ensureSecurityGroups(machine, host, aws, { vpcId: this.vpcId });
    await machine.persist({ InstanceId: await this.launch(machine, { keyName, groupIds: ids }), PrivateIPAddress: "10.0.0.1" });
    return machine;
  }

  /** @returns the instance's id, which is saved nowhere */
  async launch(
    machine: TestMachine,
    { keyName, groupIds }: { readonly keyName: string; readonly groupIds: readonly string[] },
  ): Promise<string> {
    const aws = await this.aws(machine);
    const Tags = await resourceTags(machine, this.host);
    const [image] = this.region.images.all();
    const { Instances = [] } = await aws.ec2("RunInstances", {
      ImageId: image?.id,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      KeyName: keyName,
      SecurityGroupIds: [...groupIds],
      TagSpecifications: [
        { ResourceType: "instance", Tags },
        { ResourceType: "volume", Tags },
      ],
    });
    return Instances[0]?.InstanceId ?? "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.standIn.stop();
    await this.account.idle();
    await rm(this.directory, { recursive: true, force: true });
  }
}
