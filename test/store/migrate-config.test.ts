import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatConfig } from "../../src/store/config-file.js";
import { MachineStore } from "../../src/store/machine-store.js";
import { StorePaths } from "../../src/store/store-paths.js";

const fixtures = new URL("../fixtures/go-store/", import.meta.url);
const older = ["version-0", "version-0-nested", "version-1", "version-2"];
let storagePath: string;
let store: MachineStore;

beforeEach(async () => {
  storagePath = await mkdtemp(join(tmpdir(), "migrate-test-"));
  store = new MachineStore(new StorePaths({ storagePath }));
});
afterEach(() => rm(storagePath, { recursive: true, force: true }));

async function fixture(name: string): Promise<string> {
  return (await readFile(new URL(`${name}.config.json`, fixtures), "utf8")).replaceAll("$STORE", storagePath);
}

async function put(text: string): Promise<void> {
  await mkdir(store.paths.machineDirectory("old"), { recursive: true });
  await writeFile(store.paths.configPath("old"), text);
}

const saved = () => readFile(store.paths.configPath("old"), "utf8");
const backup = () => readFile(`${store.paths.configPath("old")}.bak`, "utf8");

describe("a config.json of an older version", () => {
  it.each(older)("%s is read without being touched, and written as version 3, with the original beside it", async (version) => {
    const text = await fixture(`older/${version}`);
    await put(text);
    const config = await store.load("old");
    expect(await readdir(store.paths.machineDirectory("old"))).toEqual(["config.json"]);
    expect(await saved()).toBe(text);
    await store.save(config);
    expect(await backup()).toBe(text);
    expect(formatConfig(await store.load("old"))).toBe(await saved());
    expect(JSON.parse(await saved())).toMatchObject({ ConfigVersion: 3, Name: "old", DriverName: JSON.parse(text).DriverName });
  });

  it.each(older)(
    "%s has the fields of a Go-written version 3, of the same types, in the same order, and its own behind them",
    async (version) => {
      await put(await fixture(`older/${version}`));
      await store.save(await store.load("old"));
      const wanted = JSON.parse(await fixture("none-live"));
      const found = JSON.parse(await saved());
      expect(Object.keys(found)).toEqual(Object.keys(wanted));
      expectSameShape(found.HostOptions, wanted.HostOptions);
      const { URL: _url, ...common } = wanted.Driver;
      expectSameShape(found.Driver, common);
    },
  );

  it.each(older)("%s has its paths where version 3 has them", async (version) => {
    await put(await fixture(`older/${version}`));
    const { Driver, HostOptions } = await store.load("old");
    expect(HostOptions.AuthOptions).toMatchObject({
      CertDir: join(storagePath, "certs"),
      CaCertPath: join(storagePath, "certs", "ca.pem"),
      CaPrivateKeyPath: join(storagePath, "certs", "ca-key.pem"),
      ClientKeyPath: join(storagePath, "certs", "key.pem"),
      ClientCertPath: join(storagePath, "certs", "cert.pem"),
    });
    expect(HostOptions.AuthOptions).not.toHaveProperty("PrivateKeyPath");
    expect(Driver.StorePath).toBe(storagePath);
  });

  it("0 has its flat fields in their later places", async () => {
    await put(await fixture("older/version-0"));
    const { Driver, HostOptions } = await store.load("old");
    expect(HostOptions.SwarmOptions).toMatchObject({ Master: true, Host: "tcp://0.0.0.0:3376", Discovery: "token://cafe" });
    expect(HostOptions.AuthOptions).toMatchObject({
      ServerCertPath: join(storagePath, "machines", "old", "server.pem"),
      ServerKeyPath: join(storagePath, "machines", "old", "server-key.pem"),
      StorePath: join(storagePath, "machines", "old"),
    });
    expect(Driver).toMatchObject({ CPU: -1, SSHKeyPath: join(storagePath, "machines", "old", "id_rsa") });
  });

  it("keeps fields that version 3 does not have, and numbers to the last digit", async () => {
    await put(await fixture("older/version-2"));
    await store.save(await store.load("old"));
    expect(await saved()).toContain('"DropletID": 9007199254740993');
    expect(JSON.parse(await saved())).toMatchObject({
      Driver: { AccessToken: "t0ken", DropletName: "old" },
      HostOptions: { EngineOptions: { TlsCaCert: "" }, SwarmOptions: { TlsVerify: false } },
    });
  });

  it("is backed up once: later saves leave the backup", async () => {
    const text = await fixture("older/version-1");
    await put(text);
    const config = await store.load("old");
    await store.save(config);
    await writeFile(`${store.paths.configPath("old")}.bak`, "looked at");
    await store.save({ ...config, Driver: { ...config.Driver, IPAddress: "127.0.0.2:1" } });
    expect(await backup()).toBe("looked at");
    expect((await store.load("old")).Driver.IPAddress).toBe("127.0.0.2:1");
  });

  it.each([
    ['"StorePath": "$STORE/machines/old"', '"StorePath": 5'],
    ['"PrivateKeyPath": "$STORE/certs/ca-key.pem",\n            "ClientCertPath"', '"PrivateKeyPath": {},\n            "ClientCertPath"'],
    ['"MachineName": "old"', '"MachineName": []'],
    ['"Labels": []', '"Labels": {}'],
    ['"AuthOptions": {', '"AuthOptions": 1, "Was": {'],
    ['"DriverName": "none"', '"DriverName": ""'],
  ])("is named as damaged and left where %s is %s", async (from, to) => {
    const text = (await readFile(new URL("older/version-1.config.json", fixtures), "utf8")).replace(from, to);
    expect(text).toContain(to);
    await put(text);
    await expect(store.load("old")).rejects.toMatchObject({ code: "CONFIG_DAMAGED" });
    expect(await saved()).toBe(text);
  });
});

/** `found` begins with the fields of `wanted`, in their order and of their types. */
function expectSameShape(found: object, wanted: object): void {
  expect(Object.keys(found).slice(0, Object.keys(wanted).length)).toEqual(Object.keys(wanted));
  for (const [field, value] of Object.entries(wanted)) {
    const other: unknown = (found as Record<string, unknown>)[field];
    expect(`${field}: ${typeOf(other)}`).toBe(`${field}: ${typeOf(value)}`);
    if (typeOf(value) === "object") expectSameShape(other as object, value as object);
  }
}

/** To Go, null and an empty list are the same. */
function typeOf(value: unknown): string {
  return value === null || Array.isArray(value) ? "list" : typeof value;
}
