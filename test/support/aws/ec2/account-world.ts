import { generateKeyPairSync } from "node:crypto";
import {
  CreateSecurityGroupCommand,
  DescribeInstancesCommand,
  EC2Client,
  ImportKeyPairCommand,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { testIdentity } from "../identity.ts";
import { type AwsStandIn, startAws } from "../server.ts";
import { Account, type AccountOptions } from "./account.ts";
import { ec2Handlers } from "./ec2-handlers.ts";

/** An account, a server for it, and a client of AWS's SDK, for the tests of the account itself. Its time goes on only when told. */
export class AccountWorld implements AsyncDisposable {
  readonly account: Account;
  readonly client: EC2Client;
  readonly #aws: AwsStandIn;
  readonly #clock: { time: number };

  private constructor(aws: AwsStandIn, account: Account, clock: { time: number }) {
    this.account = account;
    this.#aws = aws;
    this.#clock = clock;
    this.client = this.clientIn("us-east-1");
  }

  static async start(options: AccountOptions = {}): Promise<AccountWorld> {
    const clock = { time: Date.parse("2026-11-23T10:00:00Z") };
    const account = new Account({ now: () => clock.time, ...options });
    const aws = await startAws({ handlers: { ec2: ec2Handlers(account) } });
    return new AccountWorld(aws, account, clock);
  }

  /** Fails if anything that went over the wire was against AWS's service model. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    await this.#aws.stop();
    if (this.#aws.violations.length > 0) throw new Error(`against the service model: ${this.#aws.violations.join("; ")}`);
  }

  clientIn(region: string): EC2Client {
    return new EC2Client({ endpoint: this.#aws.url, region, credentials: testIdentity, maxAttempts: 1 });
  }

  /** Lets the account's time go on. */
  pass(milliseconds: number): void {
    this.#clock.time += milliseconds;
  }

  /** The code that AWS refuses with. */
  async refused(call: Promise<unknown>): Promise<string> {
    const error: unknown = await call.then(
      () => new Error("AWS didn't refuse"),
      (cause: unknown) => cause,
    );
    if (error instanceof Error && "$metadata" in error) return error.name;
    throw error;
  }

  /** The id of the public image of this name. Default: Ubuntu for x86-64. */
  image(name = /24\.04-amd64/, region = "us-east-1"): string {
    const images = this.account.region(region).images.all();
    return images.find((image) => name.test(image.name))?.id ?? "";
  }

  /** Launches a `t3.micro` with Ubuntu, unless told otherwise. */
  async launch(input: Partial<RunInstancesCommandInput> = {}): Promise<Instance> {
    const { Instances } = await this.client.send(new RunInstancesCommand(this.launchInput(input)));
    return Instances?.[0] ?? {};
  }

  launchInput(input: Partial<RunInstancesCommandInput> = {}): RunInstancesCommandInput {
    return { ImageId: this.image(), InstanceType: "t3.micro", MinCount: 1, MaxCount: 1, ...input };
  }

  /** Launches, and lets it be running. */
  async launched(input: Partial<RunInstancesCommandInput> = {}): Promise<Instance> {
    const { InstanceId = "" } = await this.launch(input);
    this.pass(1000);
    return this.instance(InstanceId);
  }

  async instance(id: string): Promise<Instance> {
    const { Reservations } = await this.client.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations?.[0]?.Instances?.[0] ?? {};
  }

  async group(name: string, more: { readonly VpcId?: string } = {}): Promise<string> {
    const { GroupId = "" } = await this.client.send(new CreateSecurityGroupCommand({ GroupName: name, Description: "test", ...more }));
    return GroupId;
  }

  async importKey(name: string): Promise<void> {
    await this.client.send(new ImportKeyPairCommand({ KeyName: name, PublicKeyMaterial: Buffer.from(ed25519Line()) }));
  }
}

/** A new public key in OpenSSH's format. */
export function ed25519Line(): string {
  const key = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const string = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return `ssh-ed25519 ${Buffer.concat([string(Buffer.from("ssh-ed25519")), string(key)]).toString("base64")} test`;
}
