import { readFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import { join } from "node:path";
import { hasCode, MachineError, messageOf } from "../errors.js";
import { engineError } from "./engine-error.js";

/** What an engine demands of a client, and what the client checks the engine by. All PEM. */
export interface EngineCredentials {
  readonly ca: string | Buffer;
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** What Docker says of itself. */
export interface EngineVersion {
  /** Such as `24.0.7`. */
  readonly version: string;
  /** Such as `1.43`. */
  readonly apiVersion: string;
}

/** How long a request may take. */
export interface EngineRequestOptions {
  /** Milliseconds for the whole request. Default: 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The path that the Go program asks for. Engines from 25 on refuse it; what stands in for an engine may know no other. */
const OLD_VERSION_PATH = "/v1.15/version";
const LONGEST_ANSWER_BYTES = 1024 * 1024;

/**
 * Reads ca.pem, cert.pem and key.pem of a machine's folder.
 *
 * @throws {MachineError} `ENGINE_CREDENTIALS_MISSING`
 */
export async function readEngineCredentials(directory: string): Promise<EngineCredentials> {
  const [ca, cert, key] = await Promise.all(["ca.pem", "cert.pem", "key.pem"].map((name) => readCredential(join(directory, name))));
  if (ca === undefined || cert === undefined || key === undefined) throw new Error("Three files were read.");
  return { ca, cert, key };
}

/**
 * Asks the engine at `url` for its version, with TLS verified both ways.
 *
 * @param url `tcp://host:port`
 * @throws {MachineError} `ENGINE_URL_INVALID`, `ENGINE_UNREACHABLE`, `ENGINE_TIMEOUT`, `ENGINE_NOT_TLS`, `ENGINE_CERTIFICATE_INVALID`, `ENGINE_CLIENT_REFUSED`,
 * `ENGINE_ANSWER_INVALID`, `OPERATION_ABORTED`
 */
export async function engineVersion(
  url: string,
  credentials: EngineCredentials,
  options: EngineRequestOptions = {},
): Promise<EngineVersion> {
  const current = await get(url, "/version", credentials, options);
  const answer = current.status === 404 ? await get(url, OLD_VERSION_PATH, credentials, options) : current;
  const body = parse(answer.body);
  if (answer.status !== 200 || typeof body?.Version !== "string") {
    throw new MachineError(
      "ENGINE_ANSWER_INVALID",
      `What answers at ${url} is not Docker: HTTP status ${answer.status}, ${excerpt(answer.body)}`,
      {
        suggestions: ["Check the machine's address and port: docker-machine inspect NAME"],
      },
    );
  }
  return { version: body.Version, apiVersion: typeof body.ApiVersion === "string" ? body.ApiVersion : "" };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function get(url: string, path: string, credentials: EngineCredentials, options: EngineRequestOptions): Promise<Answer> {
  const { hostname, port } = addressOf(url);
  const { timeoutMs = 10_000, signal } = options;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signals = signal === undefined ? [deadline] : [signal, deadline];
  try {
    return await send({ ...credentials, hostname, port, path, agent: false, signal: AbortSignal.any(signals) });
  } catch (error) {
    if (signal?.aborted === true) throw new MachineError("OPERATION_ABORTED", `Interrupted while asking the engine at ${url}.`);
    throw engineError(url, error, deadline.aborted ? timeoutMs : undefined);
  }
}

async function send(options: RequestOptions): Promise<Answer> {
  // When it is needed: it takes as long to load as all the rest of a command that asks no engine.
  const { request } = await import("node:https");
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
        if (body.length > LONGEST_ANSWER_BYTES) response.destroy(new Error("The answer is too long."));
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** Node wants an IPv6 address without the brackets it has in a URL. */
function addressOf(url: string): { readonly hostname: string; readonly port: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "tcp:" || parsed.hostname === "") {
    throw new MachineError("ENGINE_URL_INVALID", `The engine's URL is ${JSON.stringify(url)}, but it must be tcp://HOST:PORT.`);
  }
  return { hostname: parsed.hostname.replace(/^\[(.*)\]$/, "$1"), port: parsed.port === "" ? "2376" : parsed.port };
}

function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

function excerpt(body: string): string {
  return body.trim() === "" ? "no content" : JSON.stringify(body.trim().slice(0, 200));
}

async function readCredential(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const problem = hasCode(error, "ENOENT") ? "does not exist" : `cannot be read: ${messageOf(error)}`;
    throw new MachineError("ENGINE_CREDENTIALS_MISSING", `The file ${path} ${problem}.`, {
      cause: error,
      suggestions: ["docker-machine regenerate-certs NAME"],
    });
  }
}
