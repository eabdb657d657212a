import { once } from "node:events";
import { get as getPlain, type IncomingMessage, Agent as PlainAgent } from "node:http";
import { get as getSecure, Agent as SecureAgent } from "node:https";
import { getCACertificates } from "node:tls";

/** An answer whose body has not been read yet. Who has read enough of it destroys it. */
export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: IncomingMessage;
  /** Where it came from after all redirections. */
  readonly url: string;
}

/** How a request is sent. */
export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Milliseconds in which nothing comes until the connection is given up: while connecting, before the answer, and in its body. */
  readonly silenceMs: number;
}

const MAX_REDIRECTIONS = 10;
const REDIRECTIONS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends GET requests through the proxies of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY).
 * Trusted are the authorities that Node knows, those of NODE_EXTRA_CA_CERTS, and the system's.
 */
export class HttpConnection implements Disposable {
  readonly #plain = new PlainAgent({ proxyEnv: process.env, keepAlive: true });
  #secureAgent: SecureAgent | undefined;

  /**
   * Sends one request and follows redirections. From https:// they lead to http://, too: what comes is verified, however it came.
   *
   * @throws a system error, or an Error that says what is wrong with the answer
   */
  async get(address: string, options: GetOptions): Promise<HttpAnswer> {
    let url = new URL(address);
    for (let redirections = 0; redirections <= MAX_REDIRECTIONS; redirections += 1) {
      const body = await this.#send(url, options);
      const status = body.statusCode ?? 0;
      const location = body.headers.location;
      if (!REDIRECTIONS.has(status) || location === undefined) {
        return { status, header: (name) => [body.headers[name]].flat()[0], body, url: url.href };
      }
      body.destroy();
      url = new URL(location, url);
      if (!["https:", "http:"].includes(url.protocol)) throw new Error(`The server redirects to ${url.protocol}, which is not followed.`);
    }
    throw new Error(`The server redirects more than ${MAX_REDIRECTIONS} times.`);
  }

  [Symbol.dispose](): void {
    this.#plain.destroy();
    this.#secureAgent?.destroy();
  }

  /** Finding the system's authorities takes some tenths of a second. */
  get #secure(): SecureAgent {
    this.#secureAgent ??= new SecureAgent({
      proxyEnv: process.env,
      keepAlive: true,
      ca: [...new Set([...getCACertificates("default"), ...getCACertificates("system")])],
    });
    return this.#secureAgent;
  }

  async #send(url: URL, { headers = {}, signal, silenceMs }: GetOptions): Promise<IncomingMessage> {
    const isSecure = url.protocol === "https:";
    const options = {
      headers: { "user-agent": "docker-machine", accept: "*/*", "accept-encoding": "identity", ...headers },
      signal,
      timeout: silenceMs,
    };
    const request = isSecure ? getSecure(url, { ...options, agent: this.#secure }) : getPlain(url, { ...options, agent: this.#plain });
    // The proxy's own negotiation is not covered by the socket's timeout.
    const deadline = setTimeout(() => request.destroy(silence(silenceMs)), silenceMs);
    request.on("timeout", () => request.destroy(silence(silenceMs)));
    try {
      const [response] = (await once(request, "response")) as [IncomingMessage];
      // `once` no longer listens, and what happens from now on is told by the body.
      request.on("error", () => undefined);
      return response;
    } finally {
      clearTimeout(deadline);
    }
  }
}

function silence(durationMs: number): Error {
  return Object.assign(new Error(`Nothing came for ${Math.round(durationMs / 100) / 10} s.`), { code: "ETIMEDOUT" });
}
