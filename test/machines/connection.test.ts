import { once } from "node:events";
import { readFile, utimes, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { BaseDriver, defineDriver, type MachineStatus } from "@docker-machine/driver-sdk";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { checkedConnection } from "../../src/machines/connection.js";
import type { MachineContext } from "../../src/machines/machine-context.js";
import { withMachine } from "../../src/machines/open-machine.js";
import { newMachineConfig } from "../../src/store/default-config.js";
import { MachineStore } from "../../src/store/machine-store.js";
import { StorePaths } from "../../src/store/store-paths.js";
import { RecordingLog } from "../support/recording-log.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { storeCertificates } from "../support/store-certificates.js";

class Endpoint extends BaseDriver {
  async create(): Promise<void> {}
  async remove(): Promise<void> {}

  async status(): Promise<MachineStatus> {
    return "Running";
  }

  override async url(): Promise<string> {
    return String(this.machine.state.endpoint);
  }
}

const definition = defineDriver({
  name: "endpoint",
  summary: "Is where its state says",
  options: {},
  createDriver: (machine, host) => new Endpoint(machine, host),
});

/** What answers as Docker, over TLS, with a certificate of the store's CA. It counts the clients that got through. */
class Docker {
  clients = 0;
  readonly #server;

  constructor(ca: Buffer, cert: Buffer, key: Buffer) {
    this.#server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: true }, (socket) => {
      this.clients += 1;
      const body = JSON.stringify({ Version: "24.0.7", ApiVersion: "1.43" });
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`));
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    onTestFinished(() => this.close());
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}

describe("A check of a machine's Docker", () => {
  let docker: Docker;
  let context: MachineContext;
  let directory: string;

  const check = () => checkedConnection(context, "dev", {});

  beforeEach(async () => {
    const storagePath = await scratchDirectory();
    const certificates = storeCertificates(storagePath);
    await certificates.ensureAuthority();
    const store = new MachineStore(new StorePaths({ storagePath }));
    directory = store.paths.machineDirectory("dev");
    const own = { DriverSource: "endpoint", DriverOptions: {}, Progress: "provisioned" } as const;
    const config = newMachineConfig(store.paths, { name: "dev", driverName: "endpoint", engine: {}, swarm: {}, subjectAltNames: [], own });
    await store.add(config, {});
    await certificates.copyClientFiles(directory);
    const files = await certificates.ensureServerCertificate({ machineName: "dev", machineDirectory: directory, hosts: ["127.0.0.1"] });
    const [ca, cert, key] = await Promise.all([files.caPath, files.certificatePath, files.keyPath].map((path) => readFile(path)));
    docker = new Docker(ca as Buffer, cert as Buffer, key as Buffer);
    await store.save({ ...config, Driver: { ...config.Driver, endpoint: await docker.listen() } });
    context = {
      store,
      drivers: { forMachine: async () => ({ definition, name: "endpoint", source: "endpoint", version: "1.0.0", kind: "installed" }) },
      certificates: async () => certificates,
      log: new RecordingLog(),
      hooks: { any: false, run: async () => [] },
      progress: () => undefined,
      driverCacheDirectory: join(directory, "cache"),
      shared: () => new Map(),
      waitTimeoutMs: 1000,
      signal: new AbortController().signal,
    } as MachineContext;
  });

  test("is made over TLS, and counts for the commands that follow at once", async () => {
    const { url } = await check();
    expect(docker.clients).toBe(1);
    await expect(check()).resolves.toEqual({ url, certPath: directory });
    expect(docker.clients).toBe(1);
  });

  test("is made again when a file of the client has changed", async () => {
    await check();
    const cert = join(directory, "cert.pem");
    await utimes(cert, new Date(), new Date(Date.now() + 5000));
    await check();
    expect(docker.clients).toBe(2);
  });

  test.each([
    ["is three seconds old", -3000],
    ["comes from the future", 60_000],
  ])("is made again when the last one %s", async (_title, ageMs) => {
    await check();
    const record = join(directory, "checked.json");
    await writeFile(record, JSON.stringify({ ...JSON.parse(await readFile(record, "utf8")), at: Date.now() + ageMs }));
    await check();
    expect(docker.clients).toBe(2);
  });

  test.each(["", "{", "null", "[]", '{"at": "now"}'])("is made again when its record is %j", async (text) => {
    await check();
    await writeFile(join(directory, "checked.json"), text);
    await check();
    expect(docker.clients).toBe(2);
  });

  test("is made again after a command that may have changed the machine", async () => {
    await check();
    await withMachine(context, "dev", async () => undefined);
    await check();
    expect(docker.clients).toBe(2);
  });

  test("fails when nobody listens any more, three seconds after one that did not", async () => {
    await check();
    docker.close();
    await expect(check()).resolves.toMatchObject({ certPath: directory });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await expect(check()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  });
});
