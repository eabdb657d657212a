import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";

/** How the next answers are given. What is left out is as a good server does it. */
export interface Manner {
  /** Bytes of the body after which the connection is cut, in turn; then no more. */
  cutAfter: number[];
  /** Bytes of the body after which nothing more comes, in turn; the connection stays open. */
  silentAfter: number[];
  /** Status codes to answer with, in turn, before the file is given. */
  statuses: number[];
  ignoresRange: boolean;
  hasLength: boolean;
  /** What it tells as the length instead of the truth. */
  claimedLength: number | undefined;
  hasEtag: boolean;
  /** Milliseconds between two pieces of a body. */
  pieceMs: number;
}

/** A request as it came. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

const PIECES = 16;

/** An HTTP server for files, on a free port of 127.0.0.1, that can behave badly. */
export class ImageServer implements AsyncDisposable {
  readonly files = new Map<string, Buffer>();
  readonly redirections = new Map<string, string>();
  readonly requests: SeenRequest[] = [];
  readonly manner: Manner = {
    cutAfter: [],
    silentAfter: [],
    statuses: [],
    ignoresRange: false,
    hasLength: true,
    claimedLength: undefined,
    hasEtag: true,
    pieceMs: 0,
  };
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(tls: ServerOptions | undefined) {
    const answer = (request: IncomingMessage, response: ServerResponse) => void this.#answer(request, response);
    this.#server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
    this.#scheme = tls === undefined ? "http" : "https";
  }

  static async start(tls?: ServerOptions): Promise<ImageServer> {
    const server = new ImageServer(tls);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path: string): string {
    return `${this.#scheme}://127.0.0.1:${this.port}${path}`;
  }

  /** Requests for a path, in order. */
  requestsFor(path: string): SeenRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    this.requests.push({ path, headers: request.headers });
    const location = this.redirections.get(path);
    if (location !== undefined) return void response.writeHead(302, { location }).end();
    const status = this.manner.statuses.shift();
    if (status !== undefined) return void response.writeHead(status, { "retry-after": "0" }).end("no");
    const file = this.files.get(path);
    if (file === undefined) return void response.writeHead(404).end("Not found");
    await this.#send(request, response, file);
  }

  async #send(request: IncomingMessage, response: ServerResponse, file: Buffer): Promise<void> {
    const { ignoresRange, hasLength, claimedLength, hasEtag } = this.manner;
    const etag = `"${createHash("sha256").update(file).digest("hex").slice(0, 16)}"`;
    const condition = request.headers["if-range"];
    const isRange = !ignoresRange && (condition === undefined || condition === etag);
    const first = isRange ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0) : 0;
    if (first > 0 && first >= file.length) {
      return void response.writeHead(416, { "content-range": `bytes */${file.length}` }).end();
    }
    const body = file.subarray(first);
    response.writeHead(first > 0 ? 206 : 200, {
      ...(hasEtag ? { etag } : {}),
      ...(hasLength ? { "content-length": claimedLength ?? body.length } : {}),
      ...(first > 0 ? { "content-range": `bytes ${first}-${file.length - 1}/${file.length}` } : {}),
    });
    await this.#sendBody(response, body);
  }

  async #sendBody(response: ServerResponse, body: Buffer): Promise<void> {
    const cut = this.manner.cutAfter.shift();
    const silent = cut === undefined ? this.manner.silentAfter.shift() : undefined;
    const end = cut ?? silent ?? body.length;
    const piece = Math.max(1, Math.ceil(end / PIECES));
    for (let at = 0; at < end && !response.destroyed; at += piece) {
      response.write(body.subarray(at, Math.min(end, at + piece)));
      await new Promise((resolve) => setTimeout(resolve, this.manner.pieceMs));
    }
    // What was written arrives before the end: a reset would take it back.
    if (cut !== undefined) response.socket?.destroySoon();
    else if (silent === undefined) response.end();
  }
}
