import type { ClientRequest } from "node:http";
import type { Transform } from "node:stream";
import { createBrotliDecompress, createUnzip } from "node:zlib";
import { Agent, type AgentRequestOptions } from "@npmcli/agent";
import fetch from "npm-registry-fetch";

/** What npm's settings send to an address to log in. Not in the library's published types. */
const { getAuth } = fetch as unknown as {
  getAuth(address: string, settings: object): { readonly token?: string | null; readonly auth?: string | null };
};

const MIB = 1024 * 1024;
/** What one answer may hold, unpacked: the largest that npm's registry has are far below. */
const LARGEST_BYTES = 128 * MIB;
/** Slower than any line that installs something. */
const SLOWEST_BYTES_PER_SECOND = 1000;

/**
 * npm's agent, which holds every request of npm's libraries, redirected ones too, to three rules more:
 * a token goes only where the user's settings send it (npm's libraries take it along to another port, and from https to http); what comes too slowly ends; and what is too large.
 */
export class RegistryAgent extends Agent {
  /** What ended the last request that broke a rule. npm's libraries may tell another reason, such as a body that stopped. */
  problem: Error | undefined;
  readonly #windowMs: number;
  readonly #settings: Readonly<Record<string, unknown>>;

  /**
   * @param settings the user's npm settings
   * @param windowMs how long an answer may come slower than {@link SLOWEST_BYTES_PER_SECOND}, in milliseconds
   */
  constructor(settings: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv, windowMs: number) {
    const { maxSockets, localAddress, noProxy } = settings as { maxSockets?: number; localAddress?: string; noProxy?: string };
    super({ maxSockets, localAddress, noProxy, proxy: proxyOf(settings, env), timeouts: { connection: windowMs } });
    this.#windowMs = windowMs;
    this.#settings = settings;
  }

  override addRequest(request: ClientRequest, options: AgentRequestOptions): void {
    const host = options.host.includes(":") ? `[${options.host}]` : options.host;
    const address = `${this.isSecureEndpoint(options) ? "https" : "http"}://${host}:${options.port}${request.path}`;
    if (request.hasHeader("authorization") && !this.#sendsToken(address)) request.removeHeader("authorization");
    this.#watch(request);
    this.#limit(request);
    super.addRequest(request, options);
  }

  #sendsToken(address: string): boolean {
    const { token, auth } = getAuth(address, this.#settings);
    const { protocol, origin } = new URL(address);
    // The settings name a token's place without its protocol: in plain text it goes only to a registry that is set so.
    const isMeant = protocol === "https:" || Object.values(this.#settings).some((value) => `${value}/`.startsWith(`${origin}/`));
    return (token ?? auth ?? undefined) !== undefined && isMeant;
  }

  #end(request: ClientRequest, problem: Error): void {
    this.problem = problem;
    request.destroy(problem);
  }

  /** npm's libraries read as fast as it comes, and unpack it, whether it is taken or not. */
  #limit(request: ClientRequest): void {
    request.once("response", (response) => {
      let bytes = 0;
      const count = (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > LARGEST_BYTES) this.#end(request, tooLarge());
      };
      const decoder = decoderOf(response.headers["content-encoding"]);
      if (decoder === undefined) response.on("data", count);
      // What can't be decoded fails where it is used.
      else
        response
          .pipe(decoder)
          .on("data", count)
          .on("error", () => undefined);
    });
  }

  #watch(request: ClientRequest): void {
    request.once("socket", (socket) => {
      let before = socket.bytesRead;
      const look = () => {
        if (socket.bytesRead - before < (SLOWEST_BYTES_PER_SECOND * this.#windowMs) / 1000) this.#end(request, tooSlow(this.#windowMs));
        before = socket.bytesRead;
      };
      const timer = setInterval(look, this.#windowMs).unref();
      request.once("close", () => clearInterval(timer));
    });
  }
}

/** The proxy for registries, by the settings or else by the environment. */
function proxyOf({ httpsProxy, proxy, registry }: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv): string | undefined {
  const names = [
    "https_proxy",
    "HTTPS_PROXY",
    ...(String(registry).startsWith("http:") ? ["http_proxy", "HTTP_PROXY", "proxy", "PROXY"] : []),
  ];
  const found = [httpsProxy, proxy, ...names.map((name) => env[name])].find((value) => typeof value === "string" && value !== "");
  return found === undefined ? undefined : String(found);
}

function decoderOf(encoding: string | undefined): Transform | undefined {
  if (encoding === "br") return createBrotliDecompress();
  return encoding === "gzip" || encoding === "x-gzip" || encoding === "deflate" ? createUnzip() : undefined;
}

function tooLarge(): Error {
  return Object.assign(new Error(`more than ${LARGEST_BYTES / MIB} MiB came`), { code: "ETOOLARGE" });
}

function tooSlow(windowMs: number): Error {
  const message = `less than ${SLOWEST_BYTES_PER_SECOND} bytes a second came for ${windowMs / 1000} s`;
  return Object.assign(new Error(message), { code: "ETOOSLOW" });
}
