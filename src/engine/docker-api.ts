import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { hasCode, MachineError, messageOf } from "../errors.js";
import { readTextFile } from "../files/read-file.js";
import { engineError } from "./engine-error.js";
import type { HttpResponse } from "./http-response.js";
import { type Dial, getOverTls, RequestTimeout } from "./tls-request.js";

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

/** How long a request may take, and which way it goes. */
export interface EngineRequestOptions {
  /** Milliseconds for the whole request, without `dial`. Default: 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Default: TCP. */
  readonly dial?: Dial | undefined;
}

/** The path that the Go program asks for. Engines from 25 on refuse it; what stands in for an engine may know no other. */
const OLD_VERSION_PATH = "/v1.15/version";
const DEFAULT_PORT = 2376;

/**
 * Reads ca.pem, cert.pem and key.pem of a machine's folder.
 *
 * @throws {MachineError} `ENGINE_CREDENTIALS_MISSING`
 */
export function readEngineCredentials(directory: string): EngineCredentials {
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readCredential(join(directory, name))) as [
    string,
    string,
    string,
  ];
  return { ca, cert, key };
}

/**
 * Asks the engine at `url` for its version, with TLS verified both ways.
 *
 * @param url `tcp://host:port`
 * @throws {MachineError} `ENGINE_URL_INVALID`, `ENGINE_UNREACHABLE`, `ENGINE_TIMEOUT`, `ENGINE_NOT_TLS`, `ENGINE_CERTIFICATE_INVALID`, `ENGINE_CLIENT_REFUSED`,
 * `ENGINE_ANSWER_INVALID`, `OPERATION_ABORTED`, and what `dial` throws of its own
 */
export async function engineVersion(
  url: string,
  credentials: EngineCredentials,
  options: EngineRequestOptions = {},
): Promise<EngineVersion> {
  return new Engines().version(url, () => credentials, options);
}

/** Asks many engines. What TLS needs is made once for all that share their certificates, as the machines of a store do. */
export class Engines {
  readonly #contexts = new Map<string, SecureContext>();

  /**
   * As {@link engineVersion}.
   *
   * @param credentials called when the engine has taken the connection; what it throws is thrown
   */
  async version(url: string, credentials: () => EngineCredentials, options: EngineRequestOptions = {}): Promise<EngineVersion> {
    const current = await this.#get(url, "/version", credentials, options);
    const answer = current.status === 404 ? await this.#get(url, OLD_VERSION_PATH, credentials, options) : current;
    const body = parse(answer.body);
    if (answer.status === 200 && typeof body?.Version === "string")
      return { version: body.Version, apiVersion: typeof body.ApiVersion === "string" ? body.ApiVersion : "" };
    throw new MachineError(
      "ENGINE_ANSWER_INVALID",
      `What answers at ${url} is not Docker: HTTP status ${answer.status}, ${excerpt(answer.body)}`,
      {
        suggestions: ["Check the machine's address and port: docker-machine inspect NAME"],
      },
    );
  }

  async #get(
    url: string,
    path: string,
    credentials: () => EngineCredentials,
    { timeoutMs = 10_000, signal, dial }: EngineRequestOptions,
  ): Promise<HttpResponse> {
    const address = addressOf(url);
    try {
      return await getOverTls({ ...address, path, timeoutMs, signal, dial, secureContext: () => this.#contextOf(credentials()) });
    } catch (error) {
      if (error instanceof MachineError) throw error;
      if (signal?.aborted === true) throw new MachineError("OPERATION_ABORTED", `Interrupted while asking the engine at ${url}.`);
      throw engineError(url, error, error instanceof RequestTimeout ? timeoutMs : undefined);
    }
  }

  #contextOf(credentials: EngineCredentials): SecureContext {
    const { ca, cert, key } = credentials;
    const content = JSON.stringify([String(ca), String(cert), String(key)]);
    const context = this.#contexts.get(content) ?? createSecureContext({ ca, cert, key });
    this.#contexts.set(content, context);
    return context;
  }
}

/** Node wants an IPv6 address without the brackets it has in a URL. */
function addressOf(url: string): { readonly host: string; readonly port: number } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "tcp:" || parsed.hostname === "") {
    throw new MachineError("ENGINE_URL_INVALID", `The engine's URL is ${JSON.stringify(url)}, but it must be tcp://HOST:PORT.`);
  }
  return { host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"), port: parsed.port === "" ? DEFAULT_PORT : Number(parsed.port) };
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

function readCredential(path: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    const problem = hasCode(error, "ENOENT") ? "does not exist" : `cannot be read: ${messageOf(error)}`;
    throw new MachineError("ENGINE_CREDENTIALS_MISSING", `The file ${path} ${problem}.`, {
      cause: error,
      suggestions: ["docker-machine regenerate-certs NAME"],
    });
  }
}
