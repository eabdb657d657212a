import type { Identity } from "./identity.ts";

/** The services that the stand-in plays, by the name that signatures carry. */
export type ServiceName = "ec2" | "servicequotas" | "ssm" | "sts";

/** A structure of the service's model: members by the model's name (`InstanceIds`), timestamps are `Date`, blobs `Uint8Array`. */
export type Structure = Readonly<Record<string, unknown>>;

/** One request that a client made, after its signature was found right. */
export interface Call {
  readonly service: ServiceName;
  /** As the API has it: `RunInstances`. */
  readonly action: string;
  /** The region that the client signed for: `eu-central-1`. */
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  readonly accessKeyId: string;
  /** Who called. */
  readonly identity: Identity;
  /** What the client asked for, valid by the service's model. */
  readonly input: Structure;
  /** Goes into the answer; EC2 puts it into reservations, too. */
  readonly requestId: string;
  /** Aborted when the client hangs up, and when the stand-in ends. */
  readonly signal: AbortSignal;
}

/**
 * Does what an action does.
 *
 * The input is valid by the service's model: right types, no unknown members, none of the required ones missing. Lists that were not sent are
 * `undefined`, not empty. Meaning is the handler's to check: that ids exist, that values are ones that AWS takes.
 *
 * @returns the output, by the model's names, without request id; `undefined` members are left out. It is validated before it is sent
 * @throws AwsFault what AWS would answer. Anything else is a bug of the stand-in: it is answered with InternalError, and noted as a violation
 */
export type Handler<Input extends object = never, Output extends object | undefined = object | undefined> = (
  input: Input,
  call: Call,
) => Output | Promise<Output>;

/** The actions of each service that the stand-in plays. Others of the model are answered with `UnsupportedOperation`, and noted as a violation. */
export type Handlers = Partial<Record<ServiceName, Readonly<Record<string, Handler>>>>;
