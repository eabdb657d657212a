import { join } from "node:path";
import { BaseDriver, DriverError, defineDriver, type MachineStatus } from "@docker-machine/driver-sdk";
import { beforeEach, expect, test } from "vitest";
import type { LoadedDriver } from "../../src/drivers/loaded-driver.js";
import type { MachineContext } from "../../src/machines/machine-context.js";
import { killMachine, pauseMachine, restartMachine, saveMachine, startMachine, stopMachine } from "../../src/machines/power.js";
import { newMachineConfig } from "../../src/store/default-config.js";
import { MachineStore } from "../../src/store/machine-store.js";
import { StorePaths } from "../../src/store/store-paths.js";
import { errorOf } from "../support/error-of.js";
import { RecordingLog } from "../support/recording-log.js";
import { scratchDirectory } from "../support/scratch-directory.js";

/** The one host of this test's provider. */
const provider: { status: MachineStatus; calls: string[] } = { status: "Running", calls: [] };

class SleepingDriver extends BaseDriver {
  async create(): Promise<void> {
    throw new DriverError("HOST_PRESENT", "The test's host is there already.");
  }
  async remove(): Promise<void> {
    provider.status = "NotFound";
  }
  async status(): Promise<MachineStatus> {
    return provider.status;
  }
  override async start(): Promise<void> {
    this.#become("start", "Running");
  }
  override async stop(): Promise<void> {
    this.#become("stop", "Stopped");
  }
  override async kill(): Promise<void> {
    this.#become("kill", "Stopped");
  }
  #become(call: string, status: MachineStatus): void {
    provider.calls.push(call);
    provider.status = status;
  }
}

class DreamingDriver extends SleepingDriver {
  override async pause(): Promise<void> {
    provider.calls.push("pause");
    provider.status = "Paused";
  }
  override async save(): Promise<void> {
    provider.calls.push("save");
    provider.status = "Saved";
  }
}

async function machineOf(driver: new (...args: ConstructorParameters<typeof SleepingDriver>) => BaseDriver): Promise<MachineContext> {
  const directory = await scratchDirectory();
  const definition = defineDriver({
    name: "sleepy",
    summary: "Hosts that sleep",
    options: {},
    createDriver: (machine, host) => new driver(machine, host),
  });
  const loaded: LoadedDriver = { definition, name: "sleepy", source: "sleepy", version: "1.0.0", kind: "installed" };
  const paths = new StorePaths({ storagePath: directory });
  const store = new MachineStore(paths);
  const own = { DriverSource: "sleepy", DriverOptions: {}, Progress: "provisioned" } as const;
  await store.add(newMachineConfig(paths, { name: "dev", driverName: "sleepy", engine: {}, swarm: {}, subjectAltNames: [], own }), {});
  return {
    store,
    drivers: { forMachine: async () => loaded },
    certificates: () => Promise.reject(new Error("no certificates are needed")),
    hooks: { any: false, run: async () => [] },
    log: new RecordingLog(),
    progress: () => undefined,
    driverCacheDirectory: join(directory, "cache"),
    shared: () => new Map(),
    waitTimeoutMs: 1000,
    signal: new AbortController().signal,
  };
}

beforeEach(() => {
  provider.status = "Running";
  provider.calls = [];
});

test.each([
  ["pause", pauseMachine, "Paused"],
  ["save", saveMachine, "Saved"],
] as const)("%s puts the host to sleep, and start wakes it", async (_name, sleep, status) => {
  const context = await machineOf(DreamingDriver);
  await sleep(context, "dev");
  expect(provider.status).toBe(status);
  expect(await errorOf(() => sleep(context, "dev"))).toMatchObject({ code: "MACHINE_STATUS_UNCHANGED" });
  await startMachine(context, "dev");
  expect(provider.status).toBe("Running");
});

test("a driver that can't pause or save says so, and does nothing", async () => {
  const context = await machineOf(SleepingDriver);
  for (const sleep of [pauseMachine, saveMachine]) {
    expect(await errorOf(() => sleep(context, "dev"))).toMatchObject({ code: "DRIVER_OPERATION_UNSUPPORTED" });
  }
  expect(provider.calls).toEqual([]);
});

test.each([
  ["Stopped", ["start"]],
  ["Saved", ["start"]],
  ["Paused", ["start", "stop", "start"]],
  ["Running", ["stop", "start"]],
] as const)("restart of a host that is %s is %j", async (status, calls) => {
  const context = await machineOf(DreamingDriver);
  provider.status = status;
  await restartMachine(context, "dev");
  expect(provider.calls).toEqual(calls);
  expect(provider.status).toBe("Running");
});

test("stop and kill reach a host that sleeps", async () => {
  const context = await machineOf(DreamingDriver);
  provider.status = "Paused";
  await stopMachine(context, "dev");
  provider.status = "Saved";
  await killMachine(context, "dev");
  expect(provider.calls).toEqual(["stop", "kill"]);
});

test("what is saved is dropped by kill alone", async () => {
  const context = await machineOf(DreamingDriver);
  for (const operation of [stopMachine, pauseMachine]) {
    provider.status = "Saved";
    expect(await errorOf(() => operation(context, "dev"))).toMatchObject({ code: "MACHINE_STATUS_UNCHANGED" });
  }
  expect(provider.calls).toEqual([]);
});
