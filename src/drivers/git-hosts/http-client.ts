import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, MachineError, messageOf } from "../../errors.js";
import { certificateAdvice, isUntrusted } from "../certificate-errors.js";
import type { NpmSettingsPlaces } from "../npm/npm-settings.js";
import type { HttpConnection } from "./http-connection.js";

/** What an {@link HttpClient} works with. Proxies and certificates are those of npm's settings. */
export interface HttpClientOptions extends NpmSettingsPlaces {
  readonly signal: AbortSignal;
}

/** One request: a GET. */
export interface HttpRequest {
  readonly address: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds that all of it may take, its body included. */
  readonly timeoutMs: number;
  /** How often it is sent again if the connection fails or the server has a problem. Default: 2. */
  readonly retries?: number;
}

/** What came, with its body still on the way. */
export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Readable;
}

/** A failed try, after which another one may help. */
class PassingFault extends Error {}

const FIRST_PAUSE_MS = 200;
/** A certificate that Node doesn't trust may be one that the system does: a company's. */
const HELPLESS = ["ENOTFOUND", "CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID", "ERR_TLS_CERT_ALTNAME_INVALID", "EINVALIDPROXY"];

/** Sends requests, as often as makes sense. It follows no redirects and keeps nothing. What it needs is loaded when it is first used. */
export class HttpClient {
  readonly #options: HttpClientOptions;
  #connection: Promise<HttpConnection> | undefined;
  #trustsSystem = false;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /**
   * Sends a request and reads what comes with `read`, which is called again from the start if the connection breaks off.
   * The program's signal and the request's deadline end it.
   *
   * @throws {MachineError} `SOURCE_UNREACHABLE`, `OPERATION_ABORTED`, and what `read` throws
   */
  async send<T>(request: HttpRequest, read: (answer: HttpAnswer) => Promise<T>): Promise<T> {
    const { retries = 2 } = request;
    for (let failures = 0; ; failures += 1) {
      const trustsSystem = this.#trustsSystem;
      try {
        return await this.#try(request, read, { trustsSystem, mayRepeat: failures < retries });
      } catch (error) {
        this.#refuseAborted();
        if (error instanceof MachineError) throw error;
        if (!trustsSystem && isUntrusted(error)) {
          this.#trustsSystem = true;
          continue;
        }
        if (failures >= retries || HELPLESS.some((code) => hasCode(error, code))) throw unreachable(request.address, error);
      }
      await this.#pause(FIRST_PAUSE_MS * 3 ** failures);
    }
  }

  async #try<T>(
    { address, headers, timeoutMs }: HttpRequest,
    read: (answer: HttpAnswer) => Promise<T>,
    { trustsSystem, mayRepeat }: { readonly trustsSystem: boolean; readonly mayRepeat: boolean },
  ): Promise<T> {
    this.#refuseAborted();
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([this.#options.signal, deadline]);
    this.#connection ??= this.#connect();
    const connection = await this.#connection;
    let body: Readable | undefined;
    try {
      const answer = await connection.get(address, headers, { signal, trustsSystem });
      body = answer.body;
      if (answer.status >= 500 && mayRepeat) throw new PassingFault(`it answered ${answer.status}`);
      return await read(answer);
    } catch (error) {
      if (!deadline.aborted) throw error;
      // Who is this slow would be as slow again.
      throw unreachable(address, new Error(`it did not answer whole within ${Math.round(timeoutMs / 1000)} s`, { cause: error }));
    } finally {
      body?.destroy();
    }
  }

  async #connect(): Promise<HttpConnection> {
    const { HttpConnection } = await import("./http-connection.js");
    return HttpConnection.open(this.#options);
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#options.signal }).catch(() => this.#refuseAborted());
  }

  #refuseAborted(): void {
    if (this.#options.signal.aborted) throw new MachineError("OPERATION_ABORTED", "Interrupted while fetching a driver.");
  }
}

function unreachable({ host }: URL, error: unknown): MachineError {
  const reason = messageOf(error).replace(/\.$/, "");
  return new MachineError("SOURCE_UNREACHABLE", `${host} could not be asked: ${reason}.`, {
    cause: error,
    suggestions: certificateAdvice(error) ?? ["Check the network, and the proxy in .npmrc or https_proxy, and try again."],
  });
}
