import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
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

  it("adds a machine with all its files in one step, and leaves nothing beside it", async () => {
    await mkdir(store.paths.machinesDirectory);
    const seen: string[][] = [];
    const adding = store.add(newConfig("dev"), { token: "s3cret" }).then(() => true);
    while (!(await Promise.race([adding, setImmediate(false)]))) {
      if (await store.has("dev")) seen.push((await readdir(store.paths.machineDirectory("dev"))).sort());
    }
    seen.push((await readdir(store.paths.machineDirectory("dev"))).sort());
    for (const files of seen) expect(files).toEqual(["config.json", "secrets.json"]);
    expect(await readdir(store.paths.machinesDirectory)).toEqual(["dev"]);
  });

  it("clears away what a killed process left of a machine it was adding", async () => {
    await mkdir(store.paths.stagingDirectory("dev"), { recursive: true });
    await writeFile(join(store.paths.stagingDirectory("dev"), "secrets.json"), "{}");
    expect(await store.names()).toEqual([]);
    await store.add(newConfig("dev"), {});
    expect(await readdir(store.paths.machineDirectory("dev"))).toEqual(["config.json"]);
    expect(await readdir(store.paths.machinesDirectory)).toEqual(["dev"]);
  });

  it("takes an empty folder over, and leaves one with anything in it", async () => {
    await mkdir(store.paths.machineDirectory("empty"), { recursive: true });
    await mkdir(store.paths.machineDirectory("half"));
    await writeFile(join(store.paths.machineDirectory("half"), "config.json.tmp123"), "{");
    expect([await store.isEmpty("empty"), await store.isEmpty("half")]).toEqual([true, false]);
    await store.add(newConfig("empty"), {});
    await expect(store.add(newConfig("half"), {})).rejects.toMatchObject({ code: "FILE_UNWRITABLE" });
    expect(await readdir(store.paths.machineDirectory("half"))).toEqual(["config.json.tmp123"]);
  });

  it("adds nothing where a file or a dangling link has the machine's name, and says so", async () => {
    await mkdir(store.paths.machinesDirectory);
    await writeFile(store.paths.machineDirectory("file"), "mine");
    await symlink("/nonexistent", store.paths.machineDirectory("link"));
    for (const name of ["file", "link"]) {
      await expect(store.add(newConfig(name), { token: "s3cret" })).rejects.toMatchObject({ code: "FILE_UNWRITABLE" });
    }
    expect(await readFile(store.paths.machineDirectory("file"), "utf8")).toBe("mine");
    expect((await readdir(store.paths.machinesDirectory)).sort()).toEqual(["file", "link"]);
  });

  it("does not save what it could not read again, and keeps what is there", async () => {
    await store.add(newConfig("dev"), {});
    const before = await readFile(store.paths.configPath("dev"), "utf8");
    const config = newConfig("dev");
    await expect(store.save({ ...config, Driver: { ...config.Driver, SSHPort: "22" } })).rejects.toMatchObject({ code: "CONFIG_DAMAGED" });
    expect(await readFile(store.paths.configPath("dev"), "utf8")).toBe(before);
  });

  it("waits for a config.json that the Go program is just replacing", async () => {
    await store.add(newConfig("dev"), {});
    const path = store.paths.configPath("dev");
    await rename(path, `${path}.tmp123`);
    const loading = store.load("dev");
    await rename(`${path}.tmp123`, path);
    expect((await loading).Name).toBe("dev");
  });

  it("names the folder whose machines it can't list", async () => {
    await writeFile(store.paths.machinesDirectory, "");
    await expect(store.names()).rejects.toMatchObject({
      code: "STORE_UNREADABLE",
      message: expect.stringContaining(store.paths.machinesDirectory),
    });
  });

  it("takes damaged secrets for a damaged machine", async () => {
    await store.add(newConfig("dev"), { token: "s3cret" });
    for (const text of ["", "[]", '{"token": s3cret}']) {
      await writeFile(store.paths.secretsPath("dev"), text);
      await expect(store.loadSecrets("dev")).rejects.toMatchObject({
        code: "CONFIG_DAMAGED",
        message: expect.stringContaining("secrets.json"),
      });
    }
  });

  it("keeps secrets apart from config.json", async () => {
    await store.add(newConfig("dev"), { token: "s3cret" });
    expect((await stat(store.paths.secretsPath("dev"))).mode & 0o777).toBe(0o600);
    expect(await store.loadSecrets("dev")).toEqual({ token: "s3cret" });
    expect(await store.loadSecrets("other")).toEqual({});
  });
});
