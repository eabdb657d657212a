import { createHash } from "node:crypto";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { AwsOwner } from "./aws.js";

/** What the Go program uses, and we, where nothing names a region. */
const LAST_RESORT_REGION = "us-east-1";
const CONNECTION_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;

/** How AWS is asked. */
export interface AwsSettings {
  readonly region: string;
  readonly profile?: string;
  /** Keys that were given. Without them, the SDK's default chain finds some. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  /** A URL that all services are asked at. */
  readonly endpoint?: string;
  /** How often a request is sent at most. */
  readonly maxAttempts: number;
}

/** What the SDK's clients are made with. */
export interface ClientConfiguration extends AwsSettings {
  readonly retryMode: "adaptive";
  readonly logger: SilentLogger;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
    readonly httpAgent: HttpAgent;
    readonly httpsAgent: HttpsAgent;
  };
}

/** Reads how AWS is to be asked. It may read AWS's files in the home folder, and makes no request. */
export async function readSettings(owner: AwsOwner): Promise<AwsSettings> {
  const { options, state = {} } = owner;
  const profile = options.profile === undefined || options.profile === "" ? undefined : options.profile;
  const credentials = credentialsOf(owner);
  const endpoint = endpointOf(owner);
  return {
    region: firstGiven(state.Region, options.region) ?? (await regionOf(profile)),
    maxAttempts: Math.max(0, options.retries) + 1,
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** Equal for equal settings, and tells nothing about the keys in them. */
export function settingsKey(settings: AwsSettings): string {
  return createHash("sha256").update(JSON.stringify(settings)).digest("hex");
}

/** What a client of the SDK is made with. Requests go through the proxy that `HTTPS_PROXY` and its companions name, as those of the Go program do. */
export function clientConfiguration(settings: AwsSettings): ClientConfiguration {
  const agentOptions = { keepAlive: true, proxyEnv: process.env };
  return {
    ...settings,
    retryMode: "adaptive",
    logger: new SilentLogger(),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: new HttpAgent(agentOptions),
      httpsAgent: new HttpsAgent(agentOptions),
    },
  };
}

/** Without a logger, the SDK prints its warnings; a driver never prints. With one, it logs each request's content, and there may be secrets in user data. */
class SilentLogger {
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}

/** Keys that the Go program saved are taken, too, unless they are temporary: then they ended long ago. */
function credentialsOf({ options, state = {} }: AwsOwner): AwsSettings["credentials"] {
  const { accessKey = "", secretKey = "", sessionToken = "" } = options;
  if (accessKey !== "") return { accessKeyId: accessKey, secretAccessKey: secretKey, ...(sessionToken === "" ? {} : { sessionToken }) };
  const { AccessKey = "", SecretKey = "", SessionToken = "" } = state;
  const isUsable = AccessKey !== "" && SecretKey !== "" && SessionToken === "" && firstGiven(options.profile) === undefined;
  return isUsable ? { accessKeyId: AccessKey, secretAccessKey: SecretKey } : undefined;
}

function endpointOf({ options, state = {} }: AwsOwner): string | undefined {
  const endpoint = firstGiven(options.endpoint, state.Endpoint);
  if (endpoint === undefined || /^https?:\/\//i.test(endpoint)) return endpoint;
  return `${options.insecureTransport || state.DisableSSL === true ? "http" : "https"}://${endpoint}`;
}

/** The SDK knows best what `AWS_REGION` and the profile's files say. */
async function regionOf(profile: string | undefined): Promise<string> {
  const { EC2Client } = await import("./ec2-commands.js");
  const client = new EC2Client({ logger: new SilentLogger(), ...(profile === undefined ? {} : { profile }) });
  return client.config.region().catch(() => LAST_RESORT_REGION);
}

function firstGiven(...values: readonly (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== "");
}
