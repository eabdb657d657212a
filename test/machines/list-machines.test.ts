import { createServer } from "node:net";
import { BaseDriver, defineDriver, type MachineStatus } from "@docker-machine/driver-sdk";
import { expect, onTestFinished, test } from "vitest";
import type { LoadedDriver } from "../../src/drivers/loaded-driver.js";
import { listMachines } from "../../src/machines/list-machines.js";
import type { MachineContext } from "../../src/machines/machine-context.js";
import { newMachineConfig } from "../../src/store/default-config.js";
import { MachineStore } from "../../src/store/machine-store.js";
import { StorePaths } from "../../src/store/store-paths.js";
import { freePort } from "../support/free-port.js";
import { RecordingLog } from "../support/recording-log.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { storeCertificates } from "../support/store-certificates.js";

/** What a machine of the driver below does when it is asked. */
type Behaviour = "hangs in status" | "hangs in address" | "waits for its signal" | "stopped" | `tcp://${string}`;

const never = new Promise<never>(() => undefined);

class BehavingDriver extends BaseDriver {
  async create(): Promise<void> {}
  async remove(): Promise<void> {}

  async status(): Promise<MachineStatus> {
    const { behaviour } = this.machine.state;
    if (behaviour === "hangs in status") return never;
    if (behaviour === "waits for its signal")
      return new Promise((_, reject) => this.host.signal.addEventListener("abort", () => reject(new Error("told"))));
    return behaviour === "stopped" ? "Stopped" : "Running";
  }

  override async url(): Promise<string> {
    const { behaviour } = this.machine.state;
    return behaviour === "hangs in address" ? never : String(behaviour);
  }
}

const definition = defineDriver({
  name: "behaving",
  summary: "Does what its machine's state says",
  options: {},
  createDriver: (machine, host) => new BehavingDriver(machine, host),
});
const driver: LoadedDriver = { definition, name: "behaving", source: "behaving", version: "1.0.0", kind: "installed" };

async function list(behaviours: Readonly<Record<string, Behaviour>>, timeoutMs: number) {
  const storagePath = await scratchDirectory();
  await storeCertificates(storagePath).ensureAuthority();
  const store = new MachineStore(new StorePaths({ storagePath }));
  for (const [name, behaviour] of Object.entries(behaviours)) {
    const own = { DriverSource: "behaving", DriverOptions: {}, Progress: "provisioned" } as const;
    const config = newMachineConfig(store.paths, { name, driverName: "behaving", engine: {}, swarm: {}, subjectAltNames: [], own });
    await store.add({ ...config, Driver: { ...config.Driver, behaviour } }, {});
  }
  const context: MachineContext = {
    store,
    drivers: { forMachine: async () => driver },
    certificates: () => never,
    log: new RecordingLog(),
    hooks: { any: false, run: async () => [] },
    progress: () => undefined,
    driverCacheDirectory: `${storagePath}/cache`,
    shared: () => new Map(),
    waitTimeoutMs: 1000,
    signal: new AbortController().signal,
  } as MachineContext;
  const rows = await listMachines(context, await store.names(), { timeoutMs });
  return Object.fromEntries(rows.map((row) => [row.name, row]));
}

/** Takes connections and says nothing. */
async function silentPort(): Promise<number> {
  const server = createServer((socket) => onTestFinished(() => void socket.destroy()));
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return port;
}

test("what hangs is a Timeout at the one deadline, whatever hangs; the others are told as they are", async () => {
  const rows = await list(
    {
      status: "hangs in status",
      address: "hangs in address",
      polite: "waits for its signal",
      silent: `tcp://127.0.0.1:${await silentPort()}`,
      refused: `tcp://127.0.0.1:${await freePort()}`,
      stopped: "stopped",
    },
    1000,
  );
  for (const name of ["status", "address", "polite", "silent"]) {
    expect(rows[name], name).toMatchObject({ driverName: "behaving", status: "Timeout", url: "", error: "No answer in time" });
  }
  expect(rows.refused).toMatchObject({
    status: "Running",
    error: "Unable to query docker version: Cannot connect to the docker engine endpoint",
  });
  expect(rows.stopped).toMatchObject({ status: "Stopped", url: "", error: "" });
});
