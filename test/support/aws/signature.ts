import { createHash, createHmac } from "node:crypto";
import type { ServiceName } from "./call.ts";
import { type CallerFaults, callerFaults } from "./caller-faults.ts";
import type { Identities } from "./identities.ts";
import type { Identity } from "./identity.ts";
import type { WireRequest } from "./protocol/protocol.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";
const MAX_SKEW_MS = 15 * 60_000;

/** A request's signature, taken apart. */
export interface Signature {
  readonly accessKeyId: string;
  /** `20261123`. */
  readonly date: string;
  readonly region: string;
  readonly service: ServiceName;
  readonly signedHeaders: readonly string[];
  readonly hash: string;
}

/** A signature that no proper client makes, whatever its credentials. */
export class MalformedSignature extends Error {
  override readonly name = "MalformedSignature";
}

/**
 * Reads the header Authorization.
 *
 * @returns `undefined` if there is none
 * @throws MalformedSignature
 */
export function readSignature({ headers }: WireRequest): Signature | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  const parts = new RegExp(
    `^${ALGORITHM} Credential=([^/]+)/(\\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, *SignedHeaders=([a-z0-9;-]+), *Signature=([0-9a-f]{64})$`,
  ).exec(authorization);
  const [, accessKeyId = "", date = "", region = "", service = "", signedHeaders = "", hash = ""] = parts ?? [];
  if (parts === null) throw new MalformedSignature("The header Authorization isn't one of Signature Version 4.");
  if (!isService(service)) throw new MalformedSignature(`The request is signed for the service ${service}, which isn't played here.`);
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(";"), hash };
}

/**
 * Checks a signature as AWS does (Signature Version 4), session token and time included.
 *
 * @returns who signed
 * @throws AwsFault if the credentials, the signature or the time aren't right
 * @throws MalformedSignature
 */
export function verifySignature(request: WireRequest, signature: Signature, identities: Identities, now: Date): Identity {
  const faults = callerFaults(signature.service);
  const time = timeOf(request, signature);
  checkSignedHeaders(request, signature);
  checkTime(time, now, faults);
  const identity = identities.find(signature.accessKeyId);
  if (identity === undefined || request.headers["x-amz-security-token"] !== identity.sessionToken) throw faults.unknownCredentials();
  if (signature.hash !== hashOf(request, signature, identity.secretAccessKey)) throw faults.wrongSignature();
  if (identity.expires !== undefined && identity.expires <= now) throw faults.expiredToken();
  return identity;
}

function isService(name: string): name is ServiceName {
  return ["ec2", "servicequotas", "ssm", "sts"].includes(name);
}

/** The time in the form `20261123T120000Z`. */
function amzDate(time: Date): string {
  return `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function timeOf({ headers }: WireRequest, { date }: Signature): Date {
  const text = headers["x-amz-date"] ?? "";
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time.getTime())) throw new MalformedSignature(`The header X-Amz-Date is "${text}".`);
  if (!text.startsWith(date)) throw new MalformedSignature(`The request is of ${text}, and signed with the key of ${date}.`);
  return time;
}

function checkSignedHeaders({ headers, body }: WireRequest, { signedHeaders }: Signature): void {
  const mustBeSigned = Object.keys(headers).filter((name) => name === "host" || name.startsWith("x-amz-"));
  const unsigned = mustBeSigned.filter((name) => !signedHeaders.includes(name));
  if (unsigned.length > 0) throw new MalformedSignature(`Headers that must be signed aren't: ${unsigned.join(", ")}.`);
  const absent = signedHeaders.filter((name) => headers[name] === undefined);
  if (absent.length > 0) throw new MalformedSignature(`Signed headers aren't there: ${absent.join(", ")}.`);
  const contentHash = headers["x-amz-content-sha256"];
  if (contentHash !== undefined && contentHash !== sha256(body)) throw new MalformedSignature("The body isn't the one that was signed.");
}

function checkTime(time: Date, now: Date, faults: CallerFaults): void {
  const lateMs = now.getTime() - time.getTime();
  const limit = (sign: number) => amzDate(new Date(now.getTime() + sign * MAX_SKEW_MS));
  if (lateMs > MAX_SKEW_MS) {
    throw faults.tooOld(`Signature expired: ${amzDate(time)} is now earlier than ${limit(-1)} (${amzDate(now)} - 15 min.)`);
  }
  if (lateMs < -MAX_SKEW_MS) {
    throw faults.tooNew(`Signature not yet current: ${amzDate(time)} is still later than ${limit(1)} (${amzDate(now)} + 15 min.)`);
  }
}

function hashOf(request: WireRequest, { date, region, service, signedHeaders }: Signature, secret: string): string {
  const { method, url, headers, body } = request;
  const [path = "/", query = ""] = url.split("?");
  const canonicalHeaders = signedHeaders.map((name) => `${name}:${headers[name]?.trim().replaceAll(/ +/g, " ")}\n`).join("");
  const canonical = [method, path, query.split("&").toSorted().join("&"), canonicalHeaders, signedHeaders.join(";"), sha256(body)].join(
    "\n",
  );
  const toSign = [ALGORITHM, headers["x-amz-date"], `${date}/${region}/${service}/aws4_request`, sha256(canonical)].join("\n");
  const key = [date, region, service, "aws4_request"].reduce<string | Buffer>((secretKey, part) => hmac(secretKey, part), `AWS4${secret}`);
  return hmac(key, toSign).toString("hex");
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
