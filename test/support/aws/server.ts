import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Call, Handlers } from "./call.ts";
import { type Fault, FaultPlan, refuse } from "./faults.ts";
import { Identities } from "./identities.ts";
import { type Identity, testIdentity } from "./identity.ts";
import { Permissions } from "./permissions.ts";
import type { WireAnswer, WireRequest } from "./protocol/protocol.ts";
import { serviceQuotasHandlers } from "./service-quotas/service-quotas-handlers.ts";
import { Services } from "./services.ts";
import { type Parameters, ssmHandlers } from "./ssm/ssm-handlers.ts";
import { stsHandlers } from "./sts/sts-handlers.ts";

/** How a stand-in for AWS is to be. */
export interface AwsOptions {
  /** EC2's, and others that replace the stand-in's own of STS, SSM and Service Quotas, action by action. */
  readonly handlers?: Handlers;
  /** Default: `testIdentity`. */
  readonly identities?: readonly Identity[];
  /** Twelve digits. Default: `123456789012`. */
  readonly account?: string;
  /** Regions that the account has not opted into. Their services know no credentials of it. Default: none. */
  readonly disabledRegions?: readonly string[];
  /** What SSM's Parameter Store holds. Default: nothing. */
  readonly parameters?: Parameters;
  /** The account's own values of EC2's quotas, by code. Default: those of a new account. */
  readonly quotas?: Readonly<Record<string, number>>;
  /** What `GET /address` answers. Default: the caller's own. */
  readonly callerAddress?: string;
  /** What time it is for AWS. Default: the real time. */
  readonly now?: () => Date;
  /**
   * Passes each valid call through: counts it, waits, throws.
   *
   * What it throws, unless it's an AwsFault, cuts the connection without an answer. Planned faults strike inside of `effect`.
   *
   * @param effect does the call; its answer goes to the client once this function's promise is kept
   */
  readonly onCall?: Fault;
}

/** An HTTP server on the loopback address that stands in for AWS: EC2, STS, SSM, Service Quotas, and the service that tells callers their address. */
export class AwsStandIn {
  /** All calls that came with a right signature, an action that is played and valid input, in the order in which they came. */
  readonly calls: readonly Call[];
  /** What clients sent and the stand-in answered that AWS's service model or protocols don't allow. A test expects none. */
  readonly violations: readonly string[];
  readonly faults: FaultPlan;
  readonly #server: Server;
  readonly #stopped = new AbortController();

  private constructor(options: AwsOptions) {
    this.faults = new FaultPlan();
    const { identities = [testIdentity], account = "123456789012", now = () => new Date(), onCall = (_call, effect) => effect() } = options;
    const known = new Identities(account, identities);
    const permissions = new Permissions(known);
    const services = new Services({
      identities: known,
      permissions,
      disabledRegions: options.disabledRegions ?? [],
      now,
      handlers: {
        ...options.handlers,
        servicequotas: { ...serviceQuotasHandlers(options.quotas ?? {}), ...options.handlers?.servicequotas },
        ssm: { ...ssmHandlers(options.parameters ?? (() => ({}))), ...options.handlers?.ssm },
        sts: { ...stsHandlers({ identities: known, permissions, now }), ...options.handlers?.sts },
      },
      onCall: (call, effect) => onCall(call, () => this.faults.apply(call, effect)),
    });
    this.calls = services.calls;
    this.violations = services.violations;
    this.#server = createServer((request, response) => {
      const work = request.url === "/address" ? addressOf(request, options.callerAddress) : this.#ask(services, request, response);
      work.then(
        (answer) => send(response, answer, now()),
        () => response.destroy(),
      );
    });
  }

  static async start(options: AwsOptions): Promise<AwsStandIn> {
    const standIn = new AwsStandIn(options);
    await once(standIn.#server.listen(0, "127.0.0.1"), "listening");
    return standIn;
  }

  /** The endpoint of all services. Has no slash at its end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers a caller with its address in plain text, and a line feed: like checkip.amazonaws.com. */
  get addressUrl(): string {
    return `${this.url}/address`;
  }

  /** Environment variables with which AWS's SDKs and command line use the stand-in, and no credentials but these. */
  environment(identity: Identity = testIdentity, region = "us-east-1"): Readonly<Record<string, string>> {
    const { accessKeyId, secretAccessKey, sessionToken } = identity;
    return {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL: this.url,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    };
  }

  /** The next such call does nothing, and is answered with an error. */
  failNext(action: string, awsCode: string, message?: string): void {
    this.faults.plan(refuse(awsCode, message), { action });
  }

  /** Cuts all connections, and ends. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error("The stand-in ended."));
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #ask(services: Services, request: IncomingMessage, response: ServerResponse): Promise<WireAnswer | undefined> {
    const hungUp = new AbortController();
    response.once("close", () => hungUp.abort(new Error("The client hung up.")));
    const wire = await received(request);
    return wire === undefined ? undefined : services.answer(wire, AbortSignal.any([hungUp.signal, this.#stopped.signal]));
  }
}

/** Starts a stand-in for AWS; `stop` ends it. */
export function startAws(options: AwsOptions = {}): Promise<AwsStandIn> {
  return AwsStandIn.start(options);
}

async function received(request: IncomingMessage): Promise<WireRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    // The client hung up within its request.
    return undefined;
  }
  const headers = Object.entries(request.headers).flatMap(([name, value = []]) => [[name, [value].flat().join(", ")]]);
  return { method: request.method ?? "", url: request.url ?? "", headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
}

async function addressOf(request: IncomingMessage, callerAddress: string | undefined): Promise<WireAnswer> {
  return { status: 200, headers: { "content-type": "text/plain" }, body: `${callerAddress ?? request.socket.remoteAddress}\n` };
}

/** @param answer `undefined` cuts the connection */
function send(response: ServerResponse, answer: WireAnswer | undefined, date: Date): void {
  if (answer === undefined) {
    response.socket?.destroy();
    return;
  }
  const { status, headers, body } = answer;
  response.writeHead(status, { ...headers, date: date.toUTCString(), "content-length": Buffer.byteLength(body) });
  response.end(body);
}
