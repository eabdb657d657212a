import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { BaseDriver, defineDriver, type JsonValue, type MachineStatus, type SshEndpoint } from "@docker-machine/driver-sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineVersion, readEngineCredentials } from "../../src/engine/docker-api.js";
import { checkedConnection, machineEngineVersion } from "../../src/machines/connection.js";
import { listMachines } from "../../src/machines/list-machines.js";
import type { MachineContext } from "../../src/machines/machine-context.js";
import { startMachine } from "../../src/machines/power.js";
import { sshSession } from "../../src/machines/ssh-session.js";
import { waitForEngine } from "../../src/provision/provision.js";
import { connectSsh } from "../../src/ssh/connect.js";
import { newMachineConfig } from "../../src/store/default-config.js";
import { MachineStore } from "../../src/store/machine-store.js";
import { StorePaths } from "../../src/store/store-paths.js";
import { type Engine, engineUnavailable, startEngine } from "../support/docker-engine.js";
import { freePort } from "../support/free-port.js";
import { JumpHost } from "../support/jump-host.js";
import { NetworkNamespace } from "../support/network-namespace.js";
import { RecordingLog } from "../support/recording-log.js";
import { type SshServer, sshServerUnavailable, startSshServer } from "../support/ssh-server.js";
import { storeCertificates } from "../support/store-certificates.js";

class Private extends BaseDriver {
  async create(): Promise<void> {}
  async remove(): Promise<void> {}

  async status(): Promise<MachineStatus> {
    return this.machine.state.stopped !== true ? "Running" : "Stopped";
  }

  override async start(): Promise<void> {
    await this.machine.persist({ stopped: false });
  }

  override async url(): Promise<string> {
    return String(this.machine.state.url);
  }

  override async sshEndpoint(): Promise<SshEndpoint> {
    return this.machine.state.ssh as unknown as SshEndpoint;
  }
}

const definition = defineDriver({
  name: "private",
  summary: "Hosts that only a jump host reaches",
  options: {},
  createDriver: (machine, host) => new Private(machine, host),
});

/** As it stands in a machine's state. */
const saved = (endpoint: SshEndpoint) => ({ ...endpoint }) as unknown as JsonValue;

const NAMES = ["dev", "other", "third"];
const impossible = sshServerUnavailable ?? engineUnavailable;

describe.skipIf(impossible)(
  `A machine whose Docker and SSH only a jump host reaches${impossible === undefined ? "" : ` (skipped: ${impossible})`}`,
  () => {
    let directory: string;
    let network: NetworkNamespace;
    let server: SshServer;
    let jump: JumpHost;
    let engine: Engine;
    let context: MachineContext;
    const log = new RecordingLog();

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
      network = await NetworkNamespace.start();
      server = await startSshServer(directory, "server", { namespace: network });
      jump = await JumpHost.start(directory, "jump", network);
      const certificates = storeCertificates(directory);
      await certificates.ensureAuthority();
      const store = new MachineStore(new StorePaths({ storagePath: directory }));
      const ssh = saved({ ...server.endpoint, jump: jump.endpoint });
      const own = { DriverSource: "private", DriverOptions: {}, Progress: "created" } as const;
      for (const name of NAMES) {
        const config = newMachineConfig(store.paths, { name, driverName: "private", engine: {}, swarm: {}, subjectAltNames: [], own });
        await store.add({ ...config, Driver: { ...config.Driver, ssh } }, {});
        await certificates.copyClientFiles(store.paths.machineDirectory(name));
      }
      const machineDirectory = store.paths.machineDirectory("dev");
      const files = await certificates.ensureServerCertificate({ machineName: "dev", machineDirectory, hosts: [network.address] });
      engine = await startEngine(directory, files, network);
      for (const name of NAMES) {
        const config = await store.load(name);
        await store.save({ ...config, Driver: { ...config.Driver, url: engine.url } });
      }
      context = {
        store,
        drivers: { forMachine: async () => ({ definition, name: "private", source: "private", version: "1.0.0", kind: "installed" }) },
        certificates: async () => certificates,
        log,
        hooks: { any: false, run: async () => [] },
        progress: () => undefined,
        driverCacheDirectory: join(directory, "cache"),
        shared: () => new Map(),
        waitTimeoutMs: 30_000,
        signal: new AbortController().signal,
      } as MachineContext;
    }, 60_000);

    afterAll(async () => {
      await engine?.stop();
      await jump?.stop();
      await server?.stop();
      await network?.stop();
      await rm(directory, { recursive: true, force: true });
    }, 60_000);

    const credentials = () => readEngineCredentials(context.store.paths.machineDirectory("dev"));

    test("is asked for its version through it, since there is no other way", async () => {
      await expect(engineVersion(engine.url, credentials())).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
      for (const name of NAMES) expect((await machineEngineVersion(context, name)).version).toMatch(/^\d+\.\d+/);
    });

    test("is checked through it, and the user is told each time how a Docker client gets there", async () => {
      const before = log.lines.length;
      expect(await checkedConnection(context, "dev", {})).toMatchObject({ url: engine.url });
      const taken = jump.connections;
      await checkedConnection(context, "dev", {});
      expect(jump.connections).toBe(taken);
      const warnings = log.lines.slice(before).filter((line) => line.startsWith("warn: "));
      expect(warnings).toHaveLength(2);
      expect(warnings[0]).toContain(`docker-machine ssh dev -N -L ${engine.port}:localhost:${engine.port}`);
      expect(warnings[0]).toContain(`DOCKER_HOST=tcp://localhost:${engine.port}`);
    });

    test("is reached by a Docker client at a forwarded port of localhost, which its certificate names", async () => {
      const interrupt = new AbortController();
      const port = await freePort();
      const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
      const forwards = [`${port}:${network.address}:${engine.port}`];
      const interruptible = Object.create(context, { signal: { value: interrupt.signal } }) as MachineContext;
      const forwarding = sshSession(interruptible, "dev", { ...streams, forwards, onlyForwards: true });
      const ask = () => engineVersion(`tcp://localhost:${port}`, credentials());
      await expect.poll(() => ask().then(({ version }) => version, String), { timeout: 10_000 }).toMatch(/^\d+\.\d+/);
      interrupt.abort();
      expect(await forwarding).toBe(130);
    });

    test("is listed with its version, and all of one jump host share one login there", async () => {
      const before = jump.connections;
      const rows = await listMachines(context, NAMES, { timeoutMs: 30_000 });
      for (const row of rows)
        expect(row).toMatchObject({ status: "Running", url: engine.url, engineVersion: expect.stringMatching(/^\d+\./), error: "" });
      expect(rows).toHaveLength(NAMES.length);
      expect(jump.connections - before).toBe(1);
      await expect.poll(() => jump.open, { timeout: 10_000 }).toBe(0);
    });

    test("is listed with what is wrong when the jump host is gone", async () => {
      const config = await context.store.load("third");
      const port = await freePort();
      const ssh = saved({ ...server.endpoint, jump: { ...jump.endpoint, port } });
      await context.store.save({ ...config, Driver: { ...config.Driver, ssh } });
      const [row] = await listMachines(context, ["third"], { timeoutMs: 30_000 });
      await context.store.save(config);
      expect(row).toMatchObject({
        status: "Running",
        error: `Unable to query docker version: The jump host refuses SSH connections to 127.0.0.1:${port}.`,
      });
    });

    test("is waited for through it after a start", async () => {
      const config = await context.store.load("other");
      await context.store.save({ ...config, Driver: { ...config.Driver, stopped: true } });
      await startMachine(context, "other");
      expect(log.lines).toContain('Machine "other" was started.');
      await expect.poll(() => jump.open, { timeout: 10_000 }).toBe(0);
    });

    test("is waited for through the connection that provisions it", async () => {
      const endpoint = { ...server.endpoint, jump: jump.endpoint };
      const hostKey = { path: context.store.paths.knownHostsPath("dev"), alias: "dev", unknown: "record" } as const;
      using connection = await connectSsh(endpoint, { hostKey });
      const machineDirectory = context.store.paths.machineDirectory("dev");
      const request = { connection, engineUrl: engine.url, machineDirectory, signal: context.signal };
      expect((await waitForEngine(request)).version).toMatch(/^\d+\.\d+/);
      setTimeout(() => jump.cut(), 200);
      const nobody = { ...request, engineUrl: `tcp://${network.address}:${await freePort()}` };
      await expect(waitForEngine(nobody)).rejects.toMatchObject({ code: "SSH_CONNECTION_LOST" });
    });
  },
);
