import { once } from "node:events";
import { createServer, type IncomingMessage, request as send } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

/** An HTTP proxy on a free port. */
export class HttpProxy implements AsyncDisposable {
  /** What it was asked for. */
  readonly asked: string[] = [];
  readonly #refuses: boolean;
  readonly #server = createServer();

  private constructor(refuses: boolean) {
    this.#refuses = refuses;
    this.#server.on("request", (request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      send(request.url ?? "", { headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }).end();
    });
    this.#server.on("connect", (request, socket) => this.#connect(request, socket));
  }

  static async start({ refuses = false } = {}): Promise<HttpProxy> {
    const proxy = new HttpProxy(refuses);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #connect(request: IncomingMessage, socket: Duplex): void {
    this.asked.push(`CONNECT ${request.url}`);
    if (this.#refuses) return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const [host = "", port = ""] = (request.url ?? "").split(":");
    const target = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    socket.on("error", () => target.destroy());
    target.on("error", () => socket.destroy());
  }
}
