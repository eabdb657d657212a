import type { ClientRequest } from "node:http";
import { Agent, type AgentRequestOptions } from "@npmcli/agent";
import fetch from "npm-registry-fetch";

/** What npm's settings send to an address to log in. Not in the library's published types. */
const { getAuth } = fetch as unknown as {
  getAuth(address: string, settings: object): { readonly token?: string | null; readonly auth?: string | null };
};

/** Slower than any line that installs something. */
const SLOWEST_BYTES_PER_SECOND = 1000;

/**
 * npm's agent, which holds every request of npm's libraries, redirected ones too, to two rules more:
 * a token goes only where the user's settings send it (npm's libraries take it along to another port, and from https to http), and what comes too slowly ends.
 */
export class RegistryAgent extends Agent {
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
    super.addRequest(request, options);
  }

  #sendsToken(address: string): boolean {
    const { token, auth } = getAuth(address, this.#settings);
    const { protocol, origin } = new URL(address);
    // The settings name a token's place without its protocol: in plain text it goes only to a registry that is set so.
    const isMeant = protocol === "https:" || Object.values(this.#settings).some((value) => `${value}/`.startsWith(`${origin}/`));
    return (token ?? auth ?? undefined) !== undefined && isMeant;
  }

  #watch(request: ClientRequest): void {
    request.once("socket", (socket) => {
      let before = socket.bytesRead;
      const look = () => {
        if (socket.bytesRead - before < (SLOWEST_BYTES_PER_SECOND * this.#windowMs) / 1000) request.destroy(tooSlow(this.#windowMs));
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

function tooSlow(windowMs: number): Error {
  const message = `less than ${SLOWEST_BYTES_PER_SECOND} bytes a second came for ${windowMs / 1000} s`;
  return Object.assign(new Error(message), { code: "ETOOSLOW" });
}
