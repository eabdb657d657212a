import { randomUUID } from "node:crypto";
import { AwsFault } from "./aws-fault.ts";
import type { Call, Handler, Handlers, ServiceName, Structure } from "./call.ts";
import { callerFaults } from "./caller-faults.ts";
import type { Fault } from "./faults.ts";
import type { Identities } from "./identities.ts";
import type { Identity } from "./identity.ts";
import { type Operation, ServiceModel } from "./model/service-model.ts";
import { validate } from "./model/validate.ts";
import type { Permissions } from "./permissions.ts";
import { awsJson } from "./protocol/json.ts";
import type { Protocol, WireAnswer, WireRequest } from "./protocol/protocol.ts";
import { awsQuery, ec2Query } from "./protocol/query.ts";
import { MalformedSignature, readSignature, verifySignature } from "./signature.ts";

/** What the services are made of. */
export interface ServicesOptions {
  readonly identities: Identities;
  readonly permissions: Permissions;
  readonly handlers: Handlers;
  readonly disabledRegions: readonly string[];
  readonly now: () => Date;
  readonly onCall: Fault;
}

/** One request on its way to an answer. */
interface Exchange {
  readonly request: WireRequest;
  readonly service: ServiceName;
  readonly protocol: Protocol;
  readonly model: ServiceModel;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

interface Caller {
  readonly identity: Identity;
  readonly region: string;
}

/** AWS's services behind one address: each request goes to the one that it's signed for. */
export class Services {
  readonly calls: Call[] = [];
  readonly violations: string[] = [];
  readonly #options: ServicesOptions;
  readonly #models = new Map<ServiceName, ServiceModel>();

  constructor(options: ServicesOptions) {
    this.#options = options;
  }

  /** Answers a request; `undefined`: the connection is to be cut. */
  async answer(request: WireRequest, signal: AbortSignal): Promise<WireAnswer | undefined> {
    const service = serviceOf(request);
    const model = this.#models.get(service) ?? ServiceModel.load(service);
    this.#models.set(service, model);
    const exchange: Exchange = { request, service, model, protocol: protocolOf(model), requestId: randomUUID(), signal };
    const answer = await this.#serve(exchange).catch((error: unknown) =>
      error instanceof AwsFault ? exchange.protocol.writeFault(error, exchange.requestId) : undefined,
    );
    return answer && { ...answer, headers: { ...answer.headers, "x-amzn-requestid": exchange.requestId } };
  }

  async #serve(exchange: Exchange): Promise<WireAnswer> {
    const { request, service, protocol, requestId } = exchange;
    const { identity, region } = this.#callerOf(exchange);
    const action = this.#noteFaults(service, () => protocol.actionOf(request));
    const operation = exchange.model.operation(action);
    if (operation === undefined) throw this.#violation(`${service}: there is no action "${action}"`, unknownAction(service, action));
    const input = this.#inputOf(exchange, action, operation);
    const { account } = this.#options.identities;
    const call: Call = {
      service,
      action,
      region,
      account,
      accessKeyId: identity.accessKeyId,
      identity,
      input,
      requestId,
      signal: exchange.signal,
    };
    const handler = this.#handlerOf(call);
    this.calls.push(call);
    const output = await this.#options.onCall(call, async () => {
      this.#options.permissions.check(call);
      return this.#outputOf(exchange, call, operation, handler);
    });
    return protocol.write(action, operation, output, requestId);
  }

  /** @throws AwsFault if the request isn't signed as it must be */
  #callerOf({ request, service }: Exchange): Caller {
    const { identities, disabledRegions, now } = this.#options;
    const faults = callerFaults(service);
    try {
      const signature = readSignature(request);
      if (signature === undefined) {
        if (isUnsignedCall(request)) return { identity: { accessKeyId: "", secretAccessKey: "" }, region: "us-east-1" };
        throw this.#violation(`${service}: a request without a signature`, faults.missing());
      }
      const identity = verifySignature(request, signature, identities, now());
      if (disabledRegions.includes(signature.region)) throw faults.unknownCredentials();
      return { identity, region: signature.region };
    } catch (error) {
      if (!(error instanceof MalformedSignature)) throw error;
      throw this.#violation(`${service}: ${error.message}`, faults.incomplete(error.message));
    }
  }

  #inputOf({ request, protocol, model }: Exchange, action: string, operation: Operation): Structure {
    const { input, problems } = this.#noteFaults(action, () => protocol.read(operation, request));
    const all = [...problems, ...validate(model, operation.input ?? { type: "structure" }, input)];
    // What users type may go to AWS as it is: AWS says what is wrong with it.
    const forbidden = all.filter(({ kind }) => kind !== "enum");
    for (const { path, text } of forbidden) this.violations.push(`${action} request: ${path} ${text}`);
    if (all[0] !== undefined) throw protocol.faultOf(all[0]);
    return input;
  }

  #handlerOf({ service, action }: Call): Handler {
    const handler = this.#options.handlers[service]?.[action];
    if (handler !== undefined) return handler;
    throw this.#violation(
      `${action}: the stand-in doesn't play it`,
      new AwsFault("UnsupportedOperation", `The stand-in doesn't play ${action}.`),
    );
  }

  async #outputOf({ model }: Exchange, call: Call, operation: Operation, handler: Handler): Promise<Structure | undefined> {
    const output = await this.#handled(call, handler);
    const problems = validate(model, operation.output ?? { type: "structure" }, output ?? {});
    for (const { path, text } of problems) this.violations.push(`${call.action} answer: ${path} ${text}`);
    if (problems.length > 0) throw internalError(`The stand-in's answer to ${call.action} isn't valid.`);
    return output;
  }

  async #handled(call: Call, handler: Handler): Promise<Structure | undefined> {
    try {
      // The input is valid, so it is what a handler of this action takes.
      return ((await handler(call.input as never, call)) ?? undefined) as Structure | undefined;
    } catch (error) {
      if (error instanceof AwsFault) throw error;
      call.signal.throwIfAborted();
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw this.#violation(`${call.action}: the stand-in failed: ${text}`, internalError("An internal error has occurred"));
    }
  }

  /** A protocol's faults are the client's violations. */
  #noteFaults<T>(what: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      throw this.#violation(`${what}: ${error.code} ${error.message}`, error);
    }
  }

  #violation(text: string, fault: AwsFault): AwsFault {
    this.violations.push(text);
    return fault;
  }
}

/** The service that a request is signed for; else the one that it looks like. */
function serviceOf(request: WireRequest): ServiceName {
  const signedFor = /Credential=[^/]+\/\d+\/[^/]+\/(ec2|servicequotas|ssm|sts)\//.exec(request.headers.authorization ?? "")?.[1];
  if (signedFor !== undefined) return signedFor as ServiceName;
  const target = request.headers["x-amz-target"] ?? "";
  if (target.startsWith("AmazonSSM.")) return "ssm";
  if (target.startsWith("ServiceQuotas")) return "servicequotas";
  return request.body.includes("Version=2011-06-15") ? "sts" : "ec2";
}

function isUnsignedCall({ body }: WireRequest): boolean {
  return new URLSearchParams(body.toString("utf8")).get("Action") === "AssumeRoleWithWebIdentity";
}

function protocolOf(model: ServiceModel): Protocol {
  const { protocol } = model.metadata;
  if (protocol === "json") return awsJson(model);
  return protocol === "ec2" ? ec2Query(model) : awsQuery(model);
}

function unknownAction(service: ServiceName, action: string): AwsFault {
  if (service === "ec2" || service === "sts")
    return new AwsFault("InvalidAction", `The action ${action} is not valid for this web service.`);
  return new AwsFault("UnknownOperationException", "");
}

function internalError(message: string): AwsFault {
  return new AwsFault("InternalError", message);
}
