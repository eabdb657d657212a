import type { Host } from "@docker-machine/driver-sdk";
import type { Ec2Options } from "../options.js";
import type { Ec2State } from "../state.js";
import type { Ec2Action, QuotasAction, SsmAction, StsAction } from "./actions.js";
import type { ec2Commands } from "./ec2-commands.js";
import type { quotasCommands } from "./quotas-commands.js";
import type { ssmCommands } from "./ssm-commands.js";
import type { stsCommands } from "./sts-commands.js";

type Send = (request: never) => Promise<{ readonly output: unknown }>;

interface CommandClass {
  new (...input: never[]): { readonly input: unknown; resolveMiddleware(...parts: never[]): Send };
}

type InputOf<C extends CommandClass> = InstanceType<C>["input"];
type OutputOf<C extends CommandClass> = Awaited<ReturnType<ReturnType<InstanceType<C>["resolveMiddleware"]>>>["output"];

/** What an action of Amazon EC2 takes. */
export type Ec2Input<A extends Ec2Action> = InputOf<(typeof ec2Commands)[A]>;
/** What an action of Amazon EC2 answers. */
export type Ec2Output<A extends Ec2Action> = OutputOf<(typeof ec2Commands)[A]>;
export type SsmInput<A extends SsmAction> = InputOf<(typeof ssmCommands)[A]>;
export type SsmOutput<A extends SsmAction> = OutputOf<(typeof ssmCommands)[A]>;
export type StsInput<A extends StsAction> = InputOf<(typeof stsCommands)[A]>;
export type StsOutput<A extends StsAction> = OutputOf<(typeof stsCommands)[A]>;
export type QuotasInput<A extends QuotasAction> = InputOf<(typeof quotasCommands)[A]>;
export type QuotasOutput<A extends QuotasAction> = OutputOf<(typeof quotasCommands)[A]>;

/** How a single call is made. */
export interface CallOptions {
  /** Ends the call. Default: the host's. */
  readonly signal?: AbortSignal;
}

/**
 * AWS, in one region and with one set of credentials. Failures that pass are tried again, as often as `--amazonec2-retries` says.
 *
 * All methods throw {@link AwsError}, and `OPERATION_ABORTED` as soon as the host's signal is.
 */
export interface Aws {
  readonly region: string;
  /** Equal for all that ask the same region in the same way with the same credentials: a key for {@link Host.shared}. Not to be shown. */
  readonly key: string;
  ec2<A extends Ec2Action>(action: A, input: Ec2Input<A>, options?: CallOptions): Promise<Ec2Output<A>>;
  ssm<A extends SsmAction>(action: A, input: SsmInput<A>, options?: CallOptions): Promise<SsmOutput<A>>;
  sts<A extends StsAction>(action: A, input: StsInput<A>, options?: CallOptions): Promise<StsOutput<A>>;
  quotas<A extends QuotasAction>(action: A, input: QuotasInput<A>, options?: CallOptions): Promise<QuotasOutput<A>>;
}

/** Whose AWS: a machine, or just options. A region in the state stands before that of the options. */
export interface AwsOwner {
  readonly options: Ec2Options;
  readonly state?: Readonly<Partial<Ec2State>>;
}

/**
 * Opens AWS as the options wish it. The region is the state's, else the option's, else that of the environment or the profile, else `us-east-1`.
 * No call is made yet.
 */
export async function openAws(owner: AwsOwner, host: Host): Promise<Aws> {
  const { openClients } = await import("./clients.js");
  return openClients(owner, host);
}
