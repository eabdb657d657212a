import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { onTestFinished } from "vitest";
import type { PackageRegistry, SeenRequest } from "./package-registry.js";

/** Answers a request instead of the registry. `body` is what the registry would have sent. */
export type Tampering = (response: ServerResponse, body: Buffer) => void;

/** A registry whose answers about one package, or whose tarballs, somebody has got at. */
export class TamperedRegistry {
  readonly requests: SeenRequest[] = [];
  /** What is done to the answer about a package. */
  metadata: Tampering | undefined;
  /** What is done to a tarball. */
  tarball: Tampering | undefined;
  readonly #server: Server;

  private constructor(registry: PackageRegistry) {
    this.#server = createServer(async (request, response) => {
      const path = request.url ?? "/";
      this.requests.push({ path: path.slice(1), authorization: request.headers.authorization });
      const answer = await fetch(new URL(path, registry.url), { headers: { authorization: request.headers.authorization ?? "" } });
      const body = Buffer.from(await answer.arrayBuffer());
      const tampering = path.endsWith(".tgz") ? this.tarball : this.metadata;
      if (tampering !== undefined) return tampering(response, body);
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" }).end(body);
    });
  }

  /** Stands before the registry until the test ends. */
  static async start(registry: PackageRegistry): Promise<TamperedRegistry> {
    const tampered = new TamperedRegistry(registry);
    await new Promise<void>((resolve) => tampered.#server.listen(0, "127.0.0.1", resolve));
    registry.tarballBase = tampered.url;
    onTestFinished(async () => {
      tampered.#server.closeAllConnections();
      await new Promise((resolve) => tampered.#server.close(resolve));
    });
    return tampered;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }
}

/** A line to a registry that is cut for good after so many bytes of answers. */
export class CutLine {
  #bytesLeft: number;
  readonly #sockets = new Set<Socket>();
  readonly #server: TcpServer;

  private constructor(registry: PackageRegistry, bytes: number) {
    this.#bytesLeft = bytes;
    const target = Number(new URL(registry.url).port);
    this.#server = createTcpServer((client) => this.#join(client, connect(target, "127.0.0.1")));
  }

  static async start(registry: PackageRegistry, bytes: number): Promise<CutLine> {
    const line = new CutLine(registry, bytes);
    await new Promise<void>((resolve) => line.#server.listen(0, "127.0.0.1", resolve));
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** How many bytes may still come. */
  get bytesLeft(): number {
    return this.#bytesLeft;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, registry: Socket): void {
    for (const socket of [client, registry]) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        client.destroy();
        registry.destroy();
        this.#sockets.delete(socket);
      });
    }
    if (this.#bytesLeft <= 0) client.destroy();
    client.pipe(registry);
    registry.on("data", (data: Buffer) => {
      const passed = data.subarray(0, Math.max(this.#bytesLeft, 0));
      this.#bytesLeft -= data.length;
      client.write(passed, () => {
        if (this.#bytesLeft <= 0) client.destroy();
      });
    });
  }
}
