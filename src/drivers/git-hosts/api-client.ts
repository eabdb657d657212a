import type { Logger } from "@docker-machine/driver-sdk";
import type { MachineError } from "../../errors.js";
import type { GitHostKind } from "../../settings.js";
import { notCached } from "../not-cached.js";
import type { AnswerCache, KeptAnswer } from "./answer-cache.js";
import { saveBody } from "./asset-file.js";
import type { ReleaseAsset } from "./git-host-api.js";
import type { HttpAnswer, HttpClient } from "./http-client.js";
import { UnexpectedJson } from "./json-fields.js";
import { firstHop, type Hop, isPrivateWay, nextHop } from "./origin-rules.js";
import { isRateLimited, rateLimited } from "./rate-limit.js";
import { inTrouble, needsToken, notJson, notThere, type RefusingHost, refusedToken, strangeStatus } from "./request-errors.js";
import type { GitHostToken } from "./tokens.js";

/** Which API, and with what it is asked. */
export interface ApiClientOptions {
  /** The git host's name, as its sources have it. */
  readonly host: string;
  readonly kind: GitHostKind;
  /** The host whose login is used: the same, or the mirror. */
  readonly loginHost: string;
  /** The API's address, or its mirror's. Ends with `/`. */
  readonly base: string;
  /** The API's own address, if {@link base} is a mirror's. What the mirror tells of it is asked from the mirror. */
  readonly ownBase: string;
  readonly http: HttpClient;
  readonly cache: AnswerCache;
  readonly token: () => Promise<GitHostToken | undefined>;
  /** The `Authorization` header for a token. */
  readonly authorization: (token: GitHostToken) => string;
  readonly headers: Readonly<Record<string, string>>;
  readonly log: Logger;
  /** Whether only what was kept may be used. */
  readonly isOffline: boolean;
}

/** One page of what the API tells. */
export interface Page<T> {
  readonly value: T;
  /** Where it goes on. */
  readonly next?: string;
}

const JSON_TIMEOUT_MS = 30_000;
const MAX_JSON_BYTES = 32 * 1024 * 1024;
const DOWNLOAD_TIMEOUT_MS = 30 * 60_000;
const REDIRECTS = [301, 302, 303, 307, 308];
const MAX_PAGES = 5;

/** Asks the API of one git host. Its token goes to the API's origin alone. */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #origin: string;
  #token: Promise<GitHostToken | undefined> | undefined;

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#origin = new URL(options.base).origin;
  }

  /**
   * Asks for JSON. What was kept of an earlier answer holds if the host says so, which costs no rate limit on GitHub for who has a token.
   *
   * @param path below the API's address, or an address that the API told
   * @param read takes what it needs from the JSON; that is what is kept
   * @returns undefined if there is no such thing
   * @throws {MachineError} `SOURCE_RATE_LIMITED`, `SOURCE_NEEDS_TOKEN`, `SOURCE_NOT_FOUND`, `SOURCE_ANSWER_INVALID`, `SOURCE_UNREACHABLE`, `OPERATION_ABORTED`
   */
  async get<T>(path: string, read: (value: unknown) => T): Promise<Page<T> | undefined> {
    const address = this.#address(path);
    const token = await this.#findToken();
    const kept = this.#options.cache.get(address.href, token?.secret);
    if (this.#options.isOffline) return this.#keptPage<T>(kept, address);
    const headers = { accept: "application/json", "accept-encoding": "gzip", ...this.#options.headers, ...conditions(kept) };
    const asked = await this.#send({ address, headers, timeoutMs: JSON_TIMEOUT_MS }, async (answer) => {
      if (answer.status === 304 && kept !== undefined) return { value: kept.value as T, link: kept.link };
      if (answer.status === 404) return undefined;
      const value = this.#understand(await this.#json(answer), read);
      const link = answer.header("link");
      const [etag, lastModified] = [answer.header("etag"), answer.header("last-modified")];
      if (etag !== undefined || lastModified !== undefined) {
        const now = await this.#findToken();
        await this.#options.cache.set(address.href, now?.secret, { value, ...optional({ etag, lastModified, link }) });
      }
      return { value, link };
    });
    return asked === undefined ? undefined : toPage(asked.value, asked.link, address);
  }

  /** As {@link get}, for a list that may have several pages: all of their entries, of the first five pages at most. */
  async list<T>(path: string, read: (value: unknown) => readonly T[]): Promise<readonly T[] | undefined> {
    const all: T[] = [];
    let next: string | undefined = path;
    for (let page = 0; page < MAX_PAGES && next !== undefined; page += 1) {
      const found: Page<readonly T[]> | undefined = await this.get(next, read);
      if (found === undefined) return page === 0 ? undefined : all;
      all.push(...found.value);
      next = found.next;
    }
    return all;
  }

  /**
   * Writes an asset to a file. Its content is not verified, but for its length if that is known.
   *
   * @throws {MachineError} as {@link get}; `SOURCE_INTEGRITY` for another length; `SOURCE_INSECURE` for a redirect to an address without encryption; `FILE_UNWRITABLE`
   */
  async download(asset: ReleaseAsset, file: string): Promise<void> {
    const address = this.#address(asset.address);
    if (this.#options.isOffline) throw notCached(`${asset.name} of a release on ${this.#options.host}`);
    const headers = { ...this.#options.headers, accept: "application/octet-stream" };
    await this.#send({ address, headers, timeoutMs: DOWNLOAD_TIMEOUT_MS, leavesHost: true }, async (answer) => {
      if (answer.status === 404) throw notThere(`${asset.name} of a release on ${this.#options.host}`);
      await saveBody(answer, asset, file);
    });
  }

  /** `SOURCE_NOT_FOUND` for a repository, with what may be wrong. */
  async repositoryNotFound(repository: string): Promise<MachineError> {
    return notThere(`${this.#options.host}/${repository}`, this.#refusing(await this.#findToken()));
  }

  #keptPage<T>(kept: KeptAnswer | undefined, address: URL): Page<T> {
    if (kept === undefined) throw notCached(`the answer of ${this.#options.host} to ${address.pathname}`);
    return toPage(kept.value as T, kept.link, address);
  }

  async #send<T>(request: ApiRequest, read: (answer: HttpAnswer) => Promise<T>): Promise<T> {
    let hop = firstHop(request.address, this.#origin);
    for (;;) {
      const outcome = await this.#hop(hop, request, read);
      if ("value" in outcome) return outcome.value;
      if ("refused" in outcome) {
        this.#options.log.debug(`${hop.address.host} refused the login of ${outcome.refused.foundIn}, so it is asked without one.`);
        this.#token = Promise.resolve(undefined);
        continue;
      }
      hop = nextHop(hop, this.#translated(outcome.location), this.#origin);
      if (hop.hasLeft && request.leavesHost !== true) throw strangeStatus(request.address.host, `it redirects to ${hop.address.host}`);
    }
  }

  async #hop<T>({ address, hasLeft }: Hop, request: ApiRequest, read: (answer: HttpAnswer) => Promise<T>): Promise<Outcome<T>> {
    const token = hasLeft ? undefined : await this.#findToken();
    const login = token === undefined ? {} : { authorization: this.#options.authorization(token) };
    const sent = { address, headers: { ...request.headers, ...login }, timeoutMs: request.timeoutMs };
    return this.#options.http.send(sent, async (answer) => {
      const { status, header } = answer;
      if (REDIRECTS.includes(status)) return { location: header("location") };
      if (status < 400 || status === 404) return { value: await read(answer) };
      if (status === 401 && token?.isExplicit === false) return { refused: token };
      throw await this.#refusal(answer, address, token);
    });
  }

  async #refusal(answer: HttpAnswer, { host }: URL, token: GitHostToken | undefined): Promise<MachineError> {
    const { status, header } = answer;
    if (status >= 500) return inTrouble(host, status);
    const message = messageIn(await this.#json(answer).catch(() => undefined));
    const about = this.#refusing(token);
    if (isRateLimited(status, header, message)) return rateLimited(header, about);
    if (status === 401 && token !== undefined) return refusedToken(about, message);
    if (status === 401 || status === 403) return needsToken(about, message);
    return strangeStatus(host, `it answered ${status}${message === "" ? "" : `: ${message}`}`);
  }

  #refusing(token: GitHostToken | undefined): RefusingHost {
    const { host, loginHost, kind } = this.#options;
    return { host, loginHost, kind, token };
  }

  async #json({ body, status }: HttpAnswer): Promise<unknown> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_JSON_BYTES) throw strangeStatus(this.#options.host, `its answer has more than ${MAX_JSON_BYTES} bytes`);
      chunks.push(chunk);
    }
    try {
      return JSON.parse(Buffer.concat(chunks).toString("utf8"));
    } catch (error) {
      throw notJson(this.#options.host, status, error);
    }
  }

  #understand<T>(value: unknown, read: (value: unknown) => T): T {
    try {
      return read(value);
    } catch (error) {
      throw error instanceof UnexpectedJson ? strangeStatus(this.#options.host, error.message) : error;
    }
  }

  #findToken(): Promise<GitHostToken | undefined> {
    this.#token ??= isPrivateWay(new URL(this.#options.base)) ? this.#options.token() : Promise.resolve(undefined);
    return this.#token;
  }

  #address(path: string): URL {
    return new URL(this.#translated(path) ?? "", this.#options.base);
  }

  /** What the API tells of itself is asked from its mirror. */
  #translated(address: string | undefined): string | undefined {
    const { base, ownBase } = this.#options;
    return address?.startsWith(ownBase) === true ? `${base}${address.slice(ownBase.length)}` : address;
  }
}

interface ApiRequest {
  readonly address: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Whether other hosts may answer, to which a redirect leads. */
  readonly leavesHost?: boolean;
}

/** What one request came to: a value, a redirect, or a refusal of a token that was merely found. */
type Outcome<T> = { readonly value: T } | { readonly location: string | undefined } | { readonly refused: GitHostToken };

function conditions(kept: { readonly etag?: string; readonly lastModified?: string } | undefined): Record<string, string> {
  if (kept?.etag !== undefined) return { "if-none-match": kept.etag };
  return kept?.lastModified === undefined ? {} : { "if-modified-since": kept.lastModified };
}

function toPage<T>(value: T, link: string | undefined, address: URL): Page<T> {
  const next = nextPage(link);
  return next === undefined ? { value } : { value, next: new URL(next, address).href };
}

/** The address of the next page in a `Link` header (RFC 8288). */
function nextPage(link: string | undefined): string | undefined {
  return /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(link ?? "")?.[1];
}

/** GitHub's and Gitea's `message`, GitLab's `message` or `error`, Bitbucket's `error.message`, on one line. */
function messageIn(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const { message, error } = value as { readonly message?: unknown; readonly error?: unknown };
  const text = typeof message === "string" ? message : typeof error === "object" ? messageIn(error) : error;
  // Control characters of a stranger don't belong on a terminal.
  return typeof text === "string"
    ? text
        .replace(/[\p{Cc}\s]+/gu, " ")
        .slice(0, 300)
        .trim()
        .replace(/\.$/, "")
    : "";
}

function optional(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
