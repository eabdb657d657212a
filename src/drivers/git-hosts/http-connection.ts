import { once } from "node:events";
import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getSecure } from "node:https";
import { type Duplex, PassThrough, pipeline, Readable } from "node:stream";
import { getCACertificates } from "node:tls";
import { createGunzip } from "node:zlib";
import { getAgent } from "@npmcli/agent";
import { loadNpmSettings, type NpmSettings, type NpmSettingsPlaces } from "../npm/npm-settings.js";
import type { HttpAnswer } from "./http-client.js";
import { isLoopback } from "./origin-rules.js";

/** How one request is sent. */
export interface SendOptions {
  readonly signal: AbortSignal;
  /** Whether the system's certificates count besides those that Node has. Finding them takes a tenth of a second. */
  readonly trustsSystem: boolean;
}

const NOT_MODIFIED = 304;
const TIMEOUTS = { connection: 15_000, idle: 60_000, response: 30_000 };

/** The way to other hosts that npm's settings describe: proxies and certificates, but none of the registries' tokens and client certificates. */
export class HttpConnection {
  readonly #settings: NpmSettings;

  private constructor(settings: NpmSettings) {
    this.#settings = settings;
  }

  static async open(places: NpmSettingsPlaces): Promise<HttpConnection> {
    return new HttpConnection(await loadNpmSettings(places));
  }

  /**
   * Sends one GET request. Who has read enough of the body destroys it.
   *
   * @throws a system error, or one of the library's
   */
  async get(address: URL, headers: Readonly<Record<string, string>>, { signal, trustsSystem }: SendOptions): Promise<HttpAnswer> {
    const ca = this.#authorities({ trustsSystem });
    const agent = getAgent(address.href, {
      // npm's setting to trust anyone is for its registries; a token is sent here.
      rejectUnauthorized: true,
      timeouts: TIMEOUTS,
      ...(ca === undefined ? {} : { ca }),
      ...this.#proxy(address),
    });
    const send = address.protocol === "http:" ? getPlain : getSecure;
    const request = send(address, { agent, headers, signal });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    // `once` no longer listens, and what happens from now on is told by the body.
    request.on("error", () => undefined);
    const { statusCode: status = 0, headers: told } = response;
    const header = (name: string) => [told[name]].flat()[0];
    return { status, header, body: status === NOT_MODIFIED ? emptyBody(response) : bodyOf(response, headers) };
  }

  /** npm's `cafile` is for its registries, and may hold their CA alone; so those that Node trusts are added. */
  #authorities({ trustsSystem }: { readonly trustsSystem: boolean }): string[] | undefined {
    const own = [this.#settings.ca].flat().filter((each) => typeof each === "string" && each !== "") as string[];
    if (own.length === 0 && !trustsSystem) return undefined;
    return [...new Set([...getCACertificates("default"), ...(trustsSystem ? getCACertificates("system") : []), ...own])];
  }

  #proxy({ hostname }: URL): { readonly proxy?: string; readonly noProxy?: readonly string[] } {
    const { httpsProxy, proxy, noProxy } = this.#settings;
    const address = httpsProxy || proxy;
    const without = isLoopback(hostname) ? [hostname] : toList(noProxy);
    return { ...(typeof address === "string" ? { proxy: address } : {}), ...(without.length === 0 ? {} : { noProxy: without }) };
  }
}

/** What was asked for packed is unpacked. A file that is said to be packed, as some stores say of each .tgz, stays as it is. */
function bodyOf(response: IncomingMessage, asked: Readonly<Record<string, string>>): Readable {
  const isPacked = response.headers["content-encoding"] === "gzip" && asked["accept-encoding"] === "gzip";
  const decoder: Duplex = isPacked ? createGunzip() : new PassThrough();
  return pipeline(response, decoder, () => undefined);
}

/** Lets the connection be used for the next request. */
function emptyBody(response: IncomingMessage): Readable {
  response.resume();
  return Readable.from([]);
}

function toList(value: unknown): string[] {
  const items = typeof value === "string" ? value.split(",") : Array.isArray(value) ? value.map(String) : [];
  return items.map((item) => item.trim()).filter((item) => item !== "");
}
