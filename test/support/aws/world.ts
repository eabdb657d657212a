import { Cli } from "../cli.js";
import { Account, type AccountOptions } from "./ec2/account.ts";
import { ec2Handlers } from "./ec2/ec2-handlers.ts";
import type { HostRunner } from "./ec2/host-runner.ts";
import type { Fault } from "./faults.ts";
import { testIdentity } from "./identity.ts";
import { NspawnHosts } from "./nspawn-hosts.ts";
import { type AwsStandIn, startAws } from "./server.ts";

/** The address that AWS sees callers of the stand-in come from. RFC 5737 keeps it for documentation. */
const CALLER = "203.0.113.9";

/** A program, and the AWS that its driver `amazonec2` talks to: the stand-in, or AWS itself. */
export interface Ec2World extends AsyncDisposable {
  readonly cli: Cli;
  /** What every `create` needs here. */
  readonly flags: readonly string[];
  /** Texts that must not be in the store. */
  readonly secrets: readonly string[];
  /** What the Go program would have saved of such flags. */
  readonly goFields: Readonly<Record<string, unknown>>;
  /** What AWS and this computer have of the program's machines. */
  residue(): Promise<readonly string[]>;
  /** What was said to AWS that AWS's service model doesn't know. */
  violations(): readonly string[];
}

/** How a {@link StandInWorld} is to be. */
export interface StandInWorldOptions extends AccountOptions {
  /** Whether instances run on real hosts. Else nothing answers at their addresses. Default: false. */
  readonly realHosts?: boolean;
  readonly onCall?: Fault;
}

/** The stand-in for AWS, an account there, and the hosts that its instances run on. */
export class StandInWorld implements Ec2World {
  readonly cli: Cli;
  readonly aws: AwsStandIn;
  readonly account: Account;
  readonly flags: readonly string[];
  readonly goFields: Readonly<Record<string, unknown>>;
  readonly secrets = [testIdentity.secretAccessKey];
  readonly #hosts: NspawnHosts | undefined;

  private constructor(cli: Cli, aws: AwsStandIn, account: Account, hosts: NspawnHosts | undefined) {
    this.cli = cli;
    this.aws = aws;
    this.account = account;
    this.#hosts = hosts;
    this.flags = ["--amazonec2-endpoint", aws.url, "--amazonec2-address-service", aws.addressUrl];
    this.goFields = { Endpoint: aws.url };
    // So that the endpoint comes from the flag, and later from what was saved.
    const { AWS_ENDPOINT_URL: _flag, ...environment } = aws.environment();
    Object.assign(cli.env, environment);
  }

  static async create({ realHosts = false, onCall, ...options }: StandInWorldOptions = {}): Promise<StandInWorld> {
    const hosts = realHosts ? await NspawnHosts.create() : undefined;
    const account = new Account({ ...options, hosts: hosts ?? new SilentHosts() });
    const aws = await startAws({
      handlers: { ec2: ec2Handlers(account) },
      parameters: (region) => account.parameters(region),
      callerAddress: CALLER,
      ...(onCall === undefined ? {} : { onCall }),
    });
    return new StandInWorld(await Cli.create(), aws, account, hosts);
  }

  async residue(): Promise<readonly string[]> {
    await this.account.idle();
    return [...this.account.residue(), ...((await this.#hosts?.residue()) ?? [])];
  }

  violations(): readonly string[] {
    return this.aws.violations;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.aws.stop();
    await this.account.idle();
    await this.#hosts?.[Symbol.asyncDispose]();
    await this.cli[Symbol.asyncDispose]();
  }
}

/** Instances at addresses of this computer that nothing listens at: a connection is refused at once. */
class SilentHosts implements HostRunner {
  #count = 1;

  async start() {
    const last = ++this.#count;
    return { address: `127.66.0.${last}`, privateAddress: `10.66.0.${last}` };
  }

  async stop(): Promise<void> {
    // There is nothing to stop.
  }

  async terminate(): Promise<void> {
    // There is nothing to remove.
  }
}
