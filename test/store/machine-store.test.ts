import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatConfig } from "../../src/store/config-file.js";
import { newMachineConfig } from "../../src/store/default-config.js";
import { MachineStore } from "../../src/store/machine-store.js";
import { StorePaths } from "../../src/store/store-paths.js";

const recordings = new URL("../fixtures/go-store/", import.meta.url);
let storagePath: string;
let store: MachineStore;

beforeEach(async () => {
  storagePath = await mkdtemp(join(tmpdir(), "store-test-"));
  store = new MachineStore(new StorePaths({ storagePath }));
});
afterEach(() => rm(storagePath, { recursive: true, force: true }));

async function put(name: string, text: string): Promise<void> {
  await mkdir(store.paths.machineDirectory(name), { recursive: true });
  await writeFile(store.paths.configPath(name), text);
}

async function recording(name: string): Promise<string> {
  return (await readFile(new URL(`${name}.config.json`, recordings), "utf8")).replaceAll("$STORE", storagePath);
}

function newConfig(name: string) {
  return newMachineConfig(store.paths, {
    name,
    driverName: "none",
    engine: {},
    swarm: {},
    subjectAltNames: [],
    own: { DriverSource: "none", DriverOptions: {}, Progress: "creating" },
  });
}

describe("MachineStore", () => {
  it("has no machines where there is no folder", async () => {
    expect(await store.names()).toEqual([]);
    expect(await readdir(storagePath)).toEqual([]);
  });

  it.each(["generic-gen1", "none-full", "none-live", "none-swarm-master"])(
    "writes the Go program's %s back byte for byte",
    async (name) => {
      const text = await recording(name);
      const machine = (JSON.parse(text) as { Name: string }).Name;
      await put(machine, text);
      await store.save(await store.load(machine));
      expect(await readFile(store.paths.configPath(machine), "utf8")).toBe(text);
    },
  );

  it("writes a new machine as the Go program does, with our fields beside", async () => {
    const wanted = JSON.parse(await recording("none-live")) as Record<string, Record<string, unknown>>;
    const { DockerMachine, ...config } = newConfig("live");
    expect(DockerMachine).toBeDefined();
    const driver = { ...config.Driver, IPAddress: "127.0.0.1:23760", URL: "tcp://127.0.0.1:23760" };
    expect(formatConfig({ ...config, Driver: driver })).toBe(JSON.stringify(wanted, null, 4));
  });

  it("keeps fields it doesn't know", async () => {
    await put("dev", JSON.stringify({ ...newConfig("dev"), Extra: { kept: true } }));
    await store.save(await store.load("dev"));
    expect(JSON.parse(await readFile(store.paths.configPath("dev"), "utf8"))).toMatchObject({ Extra: { kept: true } });
  });

  it("keeps config.json and the folders for their owner alone", async () => {
    await store.save(newConfig("dev"));
    expect((await stat(store.paths.configPath("dev"))).mode & 0o777).toBe(0o600);
    expect((await stat(store.paths.machineDirectory("dev"))).mode & 0o777).toBe(0o700);
  });

  it.each([
    ["empty", "", "the file is empty"],
    ["cut off", '{"ConfigVersion": 3, "Driv', "JSON"],
    ["binary", "\u0000\u0001\u0002", "JSON"],
    ["a list", "[]", "does not hold an object"],
    ["without a driver", '{"ConfigVersion": 3}', "names no driver"],
    ["without host options", '{"ConfigVersion": 3, "DriverName": "none", "Driver": {}}', "no HostOptions"],
  ])("says what is wrong with a config.json that is %s, and leaves it", async (_what, text, reason) => {
    await put("dev", text);
    await expect(store.load("dev")).rejects.toMatchObject({ code: "CONFIG_DAMAGED", message: expect.stringContaining(reason) });
    expect(await readFile(store.paths.configPath("dev"), "utf8")).toBe(text);
    expect(await store.names()).toEqual(["dev"]);
  });

  it("refuses a newer config version and leaves it untouched", async () => {
    const text = JSON.stringify({ ...newConfig("dev"), ConfigVersion: 4 });
    await put("dev", text);
    await expect(store.load("dev")).rejects.toMatchObject({ code: "CONFIG_VERSION_UNSUPPORTED" });
    expect(await readFile(store.paths.configPath("dev"), "utf8")).toBe(text);
  });

  it("tells an unknown machine from a damaged one", async () => {
    await mkdir(store.paths.machineDirectory("half"), { recursive: true });
    await expect(store.load("half")).rejects.toMatchObject({ code: "CONFIG_DAMAGED" });
    await expect(store.load("nope")).rejects.toMatchObject({ code: "MACHINE_UNKNOWN" });
  });

  it.each(["../victim", "..", ".", "a/b", "a\\b", "", "-x", "a b", "a\0b", "__proto__/x"])(
    "lets no path be made of the name %j",
    async (name) => {
      await expect(store.load(name)).rejects.toMatchObject({ code: "MACHINE_UNKNOWN" });
      await expect(store.remove(name)).rejects.toMatchObject({ code: "MACHINE_NAME_INVALID" });
      await expect(store.withLock(name, {}, async () => 0)).rejects.toMatchObject({ code: "MACHINE_NAME_INVALID" });
      expect(await store.has(name)).toBe(false);
    },
  );

  it("keeps secrets apart from config.json", async () => {
    await store.add(newConfig("dev"), { token: "s3cret" });
    expect((await stat(store.paths.secretsPath("dev"))).mode & 0o777).toBe(0o600);
    expect(await store.loadSecrets("dev")).toEqual({ token: "s3cret" });
    expect(await store.loadSecrets("other")).toEqual({});
  });
});
