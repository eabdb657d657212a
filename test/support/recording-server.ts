import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that came to a {@link RecordingServer}. */
export interface RecordedRequest {
  readonly method: string;
  /** The path with its query, as it was sent, without the leading slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly authorization: string | undefined;
}

/** What a {@link RecordingServer} answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Ends the connection in the middle of the body. */
  readonly isCut?: boolean;
  /** Leaves out the body's length. */
  readonly isUnmeasured?: boolean;
}

/** An HTTP server on the loopback address that keeps what it was asked. */
export class RecordingServer {
  readonly requests: RecordedRequest[] = [];
  answer: (request: RecordedRequest) => Answer = () => problem(503, "This server was told no answer");
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => send(this.answer(this.#record(request)), response));
  }

  static async start(): Promise<RecordingServer> {
    const server = new RecordingServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  /** Ends with `/`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #record({ method = "GET", url = "/", headers }: IncomingMessage): RecordedRequest {
    const request = { method, path: url.slice(1), headers, authorization: headers.authorization };
    this.requests.push(request);
    return request;
  }
}

/** JSON with an ETag of it; 304 if the client has it already. */
export function json({ headers }: RecordedRequest, value: unknown, extra: Readonly<Record<string, string>> = {}): Answer {
  const body = JSON.stringify(value);
  const etag = `W/"${createHash("sha256").update(body).digest("hex")}"`;
  if (headers["if-none-match"] === etag) return { status: 304, headers: { etag, ...extra } };
  return { status: 200, headers: { "content-type": "application/json; charset=utf-8", etag, ...extra }, body };
}

/** An error as JSON. */
export function problem(status: number, message: string, extra: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { "content-type": "application/json; charset=utf-8", ...extra }, body: JSON.stringify({ message }) };
}

function send({ status, headers = {}, body = "", isCut = false, isUnmeasured = false }: Answer, response: ServerResponse): void {
  const content = Buffer.from(body);
  const length = isUnmeasured || status === 304 ? {} : { "content-length": String(content.length) };
  response.writeHead(status, { ...length, ...headers });
  if (isCut) response.write(content.subarray(0, Math.floor(content.length / 2)), () => response.destroy());
  else response.end(status === 304 ? undefined : content);
}
