import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StoredMachine } from "../../src/machines/stored-machine.js";
import { formatConfig, parseConfig } from "../../src/store/config-file.js";
import { newMachineConfig } from "../../src/store/default-config.js";
import { MachineStore } from "../../src/store/machine-store.js";
import { StorePaths } from "../../src/store/store-paths.js";

let storagePath: string;
let store: MachineStore;
beforeEach(async () => {
  storagePath = await mkdtemp(join(tmpdir(), "stored-machine-test-"));
  store = new MachineStore(new StorePaths({ storagePath }));
});
afterEach(() => rm(storagePath, { recursive: true, force: true }));

/** A machine whose file has `extra` in its Driver object, as text. */
async function machineWith(extra: string): Promise<StoredMachine> {
  const own = { DriverSource: "none", DriverOptions: {}, Progress: "provisioned" } as const;
  const config = newMachineConfig(store.paths, { name: "dev", driverName: "none", engine: {}, swarm: {}, subjectAltNames: [], own });
  const text = formatConfig(config).replace('"SwarmDiscovery": ""', `"SwarmDiscovery": "", ${extra}`);
  const parsed = parseConfig("dev", store.paths.configPath("dev"), text);
  await store.add(parsed, {});
  return new StoredMachine(store, parsed, {}, "write");
}

const saved = () => readFile(store.paths.configPath("dev"), "utf8");

describe("StoredMachine", () => {
  it("changes the fields that a driver saves, and no others: not the order, not a digit", async () => {
    const machine = await machineWith('"SSHKeyID": 9007199254740993, "Later": {"Cost": 1.50}, "Zone": "a"');
    const before = await saved();
    await machine.persist({ IPAddress: "192.0.2.1", Zone: "b" });
    expect(await saved()).toBe(before.replace('"IPAddress": ""', '"IPAddress": "192.0.2.1"').replace('"Zone": "a"', '"Zone": "b"'));
    expect(await saved()).toContain('"Cost": 1.50');
  });

  it("empties a common field that a driver removes, in its place, and lets go of another", async () => {
    const machine = await machineWith('"InstanceId": "i-1"');
    await machine.persist({ IPAddress: "192.0.2.1", SSHPort: 22 });
    await machine.persist({ IPAddress: undefined, SSHPort: undefined, InstanceId: undefined });
    const { Driver } = JSON.parse(await saved());
    expect(Object.keys(Driver).slice(0, 4)).toEqual(["IPAddress", "MachineName", "SSHUser", "SSHPort"]);
    expect(Driver).toMatchObject({ IPAddress: "", SSHPort: 0 });
    expect(Driver).not.toHaveProperty("InstanceId");
    expect(machine.state).not.toHaveProperty("IPAddress");
  });

  it("keeps a copy: what a driver does to its objects later is not saved", async () => {
    const machine = await machineWith('"Zone": "a"');
    const tags = ["one"];
    await machine.persist({ Tags: tags });
    tags.push("two");
    await machine.persist({ Zone: "b" });
    expect(JSON.parse(await saved()).Driver.Tags).toEqual(["one"]);
  });

  it("writes in the order in which it was told, and all of it", async () => {
    const machine = await machineWith('"Step": 0');
    await Promise.all([1, 2, 3, 4, 5].map((step) => machine.persist({ Step: step, [`Done${step}`]: true })));
    expect(JSON.parse(await saved()).Driver).toMatchObject({ Step: 5, Done1: true, Done2: true, Done3: true, Done4: true, Done5: true });
  });
});
