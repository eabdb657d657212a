import { mkdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { storeCertificates } from "../support/store-certificates.js";

/**
 * What stood for Docker when the Go program was recorded: TLS on a loopback port, with a certificate of the store's CA that names 127.0.0.1,
 * and an answer to `GET /v1.15/version` only. A real engine that doesn't touch this computer can't be told which version it is.
 */
export class RecordedEngine implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param storePath a store that has its CA; the engine's own certificate is kept beside it, in `directory` */
  static async start(storePath: string, directory: string): Promise<RecordedEngine> {
    await mkdir(directory, { recursive: true });
    const certificates = storeCertificates(storePath);
    const request = { machineName: "engine", machineDirectory: directory, hosts: ["127.0.0.1"] };
    const files = await certificates.ensureServerCertificate(request);
    const server = createServer(
      {
        cert: await readFile(files.certificatePath),
        key: await readFile(files.keyPath),
        ca: await readFile(files.caPath),
        requestCert: true,
      },
      (request, response) => {
        if (request.url === "/v1.15/version") response.end('{"Version":"24.0.7","ApiVersion":"1.43"}');
        else response.writeHead(404).end('{"message":"page not found"}');
      },
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new RecordedEngine(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
