import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { Cli, type CliResult } from "../support/cli.js";
import { driverPackage, plainPackage } from "../support/driver-package.js";
import { PackageRegistry } from "../support/package-registry.js";

const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/** The bundle changes how npm's libraries load TLS and proxies (scripts/lean-libraries.ts), so this is tried with the built program. */
class RegistryWorld {
  readonly cli: Cli;
  readonly registry: PackageRegistry;
  /** Where a proxy was asked to connect to, or what for. */
  readonly proxied: string[] = [];
  readonly #servers: Server[] = [];

  private constructor(cli: Cli, registry: PackageRegistry) {
    this.cli = cli;
    this.registry = registry;
  }

  static async start(): Promise<RegistryWorld> {
    const world = new RegistryWorld(await Cli.create(), await PackageRegistry.start());
    onTestFinished(() => world.stop());
    world.registry.publish(plainPackage("dep", "1.0.0"));
    world.registry.publish(driverPackage({ manifest: { dependencies: { dep: "1" } } }));
    return world;
  }

  get certificate(): string {
    return join(this.cli.directory, "certificate.pem");
  }

  /**
   * An https server before the registry, with a certificate of its own making.
   *
   * @param clock variables that set the clock by which the certificate is made
   */
  async secure(clock: Readonly<Record<string, string>> = {}): Promise<string> {
    const key = join(this.cli.directory, "key.pem");
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", key, "-out", this.certificate];
    await promisify(execFile)("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...files, ...subject], {
      env: { ...process.env, ...clock },
    });
    const options = { key: await readFile(key), cert: await readFile(this.certificate) };
    const server = createTlsServer(options, (request, response) =>
      passOn(`${this.registry.url.slice(0, -1)}${request.url}`, request, response),
    );
    const url = `https://localhost:${await this.#listen(server)}/`;
    this.registry.tarballBase = url;
    return url;
  }

  async proxy(): Promise<string> {
    const server = createServer((request, response) => {
      this.proxied.push(request.url ?? "");
      passOn(request.url ?? "", request, response);
    });
    server.on("connect", ({ url = "" }: IncomingMessage, client: Socket) => {
      this.proxied.push(url);
      const target = connect(Number(url.split(":")[1]), "localhost", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
      client.on("error", () => target.destroy()).pipe(target);
      target.on("error", () => client.destroy()).pipe(client);
    });
    return `http://localhost:${await this.#listen(server)}`;
  }

  async install(npmrc: string): Promise<CliResult> {
    const home = join(this.cli.directory, "home");
    await mkdir(home, { recursive: true });
    await writeFile(join(home, ".npmrc"), npmrc);
    return this.cli.run(["driver", "install", "npm:docker-machine-driver-acme"]);
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    await this.registry.stop();
    await this.cli[Symbol.asyncDispose]();
  }

  async #listen(server: Server): Promise<number> {
    this.#servers.push(server);
    server.listen(0);
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }
}

function passOn(url: string, request: IncomingMessage, response: ServerResponse): void {
  get(url, { headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
}

test("a driver from a registry with TLS is installed, if the certificate is to be trusted", async () => {
  const world = await RegistryWorld.start();
  const url = await world.secure();

  const refused = await world.install(`registry=${url}\n`);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain("self-signed certificate");

  const { stdout, stderr } = await world.install(`registry=${url}\ncafile=${world.certificate}\n`);
  expect(stderr).toBe("");
  expect(stdout).toContain('Installed the driver "acme" 1.0.0');
});

test.skipIf(!existsSync(FAKETIME))(
  "a certificate that is not valid yet, or no longer, is told with what this computer's clock says",
  async () => {
    for (const offset of ["+30d", "-30d"]) {
      const world = await RegistryWorld.start();
      const url = await world.secure({ LD_PRELOAD: FAKETIME, FAKETIME: offset });
      const { exitCode, stderr } = await world.install(`registry=${url}\ncafile=${world.certificate}\n`);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`Check this computer's clock, which says ${new Date().toISOString().slice(0, 10)}`);
    }
  },
);

test("a driver is installed through the proxy of .npmrc", async () => {
  const world = await RegistryWorld.start();
  const proxy = await world.proxy();

  const { stdout } = await world.install(`registry=${world.registry.url}\nproxy=${proxy}\nhttps-proxy=${proxy}\n`);

  expect(stdout).toContain('Installed the driver "acme" 1.0.0');
  expect(world.proxied).toContain(`${world.registry.url}dep`);
});

test("a driver from a registry with TLS is installed through the proxy of .npmrc", async () => {
  const world = await RegistryWorld.start();
  const url = await world.secure();
  const proxy = await world.proxy();

  const { stdout } = await world.install(`registry=${url}\ncafile=${world.certificate}\nhttps-proxy=${proxy}\n`);

  expect(stdout).toContain('Installed the driver "acme" 1.0.0');
  expect(world.proxied).toContain(new URL(url).host);
});
