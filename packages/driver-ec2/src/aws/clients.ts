import { type Host, throwIfAborted } from "@docker-machine/driver-sdk";
import type { Ec2Action, QuotasAction, SsmAction, StsAction } from "./actions.js";
import type {
  Aws,
  AwsOwner,
  CallOptions,
  Ec2Input,
  Ec2Output,
  QuotasInput,
  QuotasOutput,
  SsmInput,
  SsmOutput,
  StsInput,
  StsOutput,
} from "./aws.js";
import { type AwsSettings, type ClientConfiguration, clientConfiguration, readSettings, settingsKey } from "./settings.js";
import { untilAborted } from "./until-aborted.js";

/** The services that the driver asks, as {@link Aws}'s methods are called. */
type AwsService = "ec2" | "ssm" | "sts" | "quotas";

/** How the services are called in IAM's policies. */
const IAM_PREFIXES: Readonly<Record<AwsService, string>> = { ec2: "ec2", ssm: "ssm", sts: "sts", quotas: "servicequotas" };

/** The region that no account can disable, in the partition that most are in. */
const EVERYBODYS_REGION = "us-east-1";

/** What is used of a client of the SDK, whichever service's it is. */
interface Client {
  send(command: unknown, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

interface Service {
  readonly client: Client;
  readonly commands: Readonly<Record<string, new (input: never) => unknown>>;
}

const makers: Readonly<Record<AwsService, (configuration: ClientConfiguration) => Promise<Service>>> = {
  ec2: async (configuration) => {
    const [{ EC2Client, ec2Commands }, { CapacityRetryStrategy }] = await Promise.all([
      import("./ec2-commands.js"),
      import("./retry-strategy.js"),
    ]);
    const retryStrategy = new CapacityRetryStrategy(configuration.maxAttempts);
    return { client: new EC2Client({ ...configuration, retryStrategy }) as Client, commands: ec2Commands };
  },
  ssm: async (configuration) => {
    const { SSMClient, ssmCommands } = await import("./ssm-commands.js");
    return { client: new SSMClient(configuration) as Client, commands: ssmCommands };
  },
  sts: async (configuration) => {
    const { STSClient, stsCommands } = await import("./sts-commands.js");
    return { client: new STSClient(configuration) as Client, commands: stsCommands };
  },
  quotas: async (configuration) => {
    const { ServiceQuotasClient, quotasCommands } = await import("./quotas-commands.js");
    return { client: new ServiceQuotasClient(configuration) as Client, commands: quotasCommands };
  },
};

/** The SDK's clients of one set of settings, made at the first call of each. All machines with these settings share them, and so what they learn of throttling. */
class Clients {
  readonly #settings: AwsSettings;
  readonly #services = new Map<AwsService, Promise<Service>>();

  constructor(settings: AwsSettings) {
    this.#settings = settings;
  }

  /** Calls an action; errors are the SDK's. */
  async call(service: AwsService, action: string, input: unknown, signal: AbortSignal): Promise<unknown> {
    throwIfAborted(signal);
    const { client, commands } = await this.#service(service);
    const Command = commands[action];
    if (Command === undefined) throw new TypeError(`${action} is no action of ${service}.`);
    const answer = client.send(new Command(input as never), { abortSignal: signal });
    // The SDK doesn't hear of an interruption while it pauses before another attempt.
    return untilAborted(signal, answer);
  }

  #service(name: AwsService): Promise<Service> {
    const known = this.#services.get(name) ?? makers[name](clientConfiguration(this.#settings));
    this.#services.set(name, known);
    return known;
  }
}

/** {@link Aws} as one machine's host sees it. */
class HostAws implements Aws {
  readonly region: string;
  readonly key: string;
  readonly #settings: AwsSettings;
  readonly #clients: Clients;
  readonly #host: Host;

  constructor(settings: AwsSettings, clients: Clients, host: Host) {
    this.region = settings.region;
    this.key = settingsKey(settings);
    this.#settings = settings;
    this.#clients = clients;
    this.#host = host;
  }

  async ec2<A extends Ec2Action>(action: A, input: Ec2Input<A>, options: CallOptions = {}): Promise<Ec2Output<A>> {
    return (await this.#call("ec2", action, input, options)) as Ec2Output<A>;
  }

  async ssm<A extends SsmAction>(action: A, input: SsmInput<A>, options: CallOptions = {}): Promise<SsmOutput<A>> {
    return (await this.#call("ssm", action, input, options)) as SsmOutput<A>;
  }

  async sts<A extends StsAction>(action: A, input: StsInput<A>, options: CallOptions = {}): Promise<StsOutput<A>> {
    return (await this.#call("sts", action, input, options)) as StsOutput<A>;
  }

  async quotas<A extends QuotasAction>(action: A, input: QuotasInput<A>, options: CallOptions = {}): Promise<QuotasOutput<A>> {
    return (await this.#call("quotas", action, input, options)) as QuotasOutput<A>;
  }

  async #call(service: AwsService, action: string, input: unknown, { signal = this.#host.signal }: CallOptions): Promise<unknown> {
    this.#host.log.debug(`AWS: ${action} in ${this.region}`);
    try {
      return await this.#clients.call(service, action, input, signal);
    } catch (error) {
      throwIfAborted(signal);
      const { explainError } = await import("./explain-error.js");
      throw await explainError(error, {
        service: IAM_PREFIXES[service],
        action,
        input,
        region: this.region,
        decode: (message) => this.#decode(message, signal),
        regionOptIn: () => this.#regionOptIn(signal),
        quotaName: (code) => this.#quotaName(code, signal),
      });
    }
  }

  /** What AWS says when it is asked why it didn't permit something; `undefined` if asking isn't permitted either. */
  async #decode(encodedMessage: string, signal: AbortSignal): Promise<string | undefined> {
    const answer = this.#clients.call("sts", "DecodeAuthorizationMessage", { EncodedMessage: encodedMessage }, signal);
    const decoded = (await answer.catch(() => undefined)) as StsOutput<"DecodeAuthorizationMessage"> | undefined;
    return decoded?.DecodedMessage;
  }

  /** Asks in a region that every account has; `none` if AWS knows no such region. */
  async #regionOptIn(signal: AbortSignal): Promise<string | undefined> {
    if (this.region === EVERYBODYS_REGION) return undefined;
    const elsewhere = new Clients({ ...this.#settings, region: EVERYBODYS_REGION });
    const answer = elsewhere.call("ec2", "DescribeRegions", { AllRegions: true }, signal);
    const found = (await answer.catch(() => undefined)) as Ec2Output<"DescribeRegions"> | undefined;
    if (found === undefined) return undefined;
    return found.Regions?.find(({ RegionName }) => RegionName === this.region)?.OptInStatus ?? "none";
  }

  async #quotaName(code: string, signal: AbortSignal): Promise<string | undefined> {
    const answer = this.#clients.call("quotas", "GetServiceQuota", { ServiceCode: "ec2", QuotaCode: code }, signal);
    const found = (await answer.catch(() => undefined)) as QuotasOutput<"GetServiceQuota"> | undefined;
    return found?.Quota?.QuotaName;
  }
}

/** Opens AWS as {@link openAws} promises. */
export async function openClients(owner: AwsOwner, host: Host): Promise<Aws> {
  const settings = await readSettings(owner);
  const clients = host.shared(`amazonec2-clients-${settingsKey(settings)}`, () => new Clients(settings));
  return new HostAws(settings, clients, host);
}
