import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveOptions } from "@docker-machine/driver-sdk";
import { FakeHost, FakeMachine } from "@docker-machine/driver-sdk/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { GenericDriver, GenericState } from "../src/driver.js";
import generic from "../src/index.js";
import { genericOptions } from "../src/options.js";

let root: string;
let directory: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "generic-"));
  directory = join(root, "machine");
  await mkdir(directory);
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

/** The options of a machine that the Go program made: it saved none. The host then gives defaults, and an empty text where one is required. */
const unsavedOptions = { ...resolveOptions(genericOptions, { flags: { "generic-ip-address": "unsaved" } }), ipAddress: "" };

function driverOf(given: { readonly flags?: Record<string, string>; readonly state?: GenericState }) {
  const machine = new FakeMachine<typeof genericOptions, GenericState>({
    options: given.flags === undefined ? unsavedOptions : resolveOptions(genericOptions, { flags: given.flags }),
    state: given.state ?? {},
    directory,
  });
  const host = new FakeHost({ directory });
  return { driver: generic.createDriver(machine, host) as GenericDriver, machine, host };
}

async function makeKey(name: string): Promise<string> {
  const path = join(root, name);
  await writeFile(path, "PRIVATE", { mode: 0o644 });
  await writeFile(`${path}.pub`, "PUBLIC");
  return path;
}

/** What the Go program saved, but for the fields that are the same for all drivers. */
const goState: GenericState = {
  IPAddress: "127.0.0.1",
  SSHUser: "deb",
  SSHPort: 2222,
  SSHKeyPath: "/store/machines/gen1/id_test",
  EnginePort: 2376,
  SSHKey: "/elsewhere/id_test",
};

describe("creating", () => {
  test("saves what the Go program saves, in its order, and copies the key", async () => {
    const key = await makeKey("id_test");
    const flags = { "generic-ip-address": "127.0.0.1", "generic-ssh-user": "deb", "generic-ssh-port": "2222", "generic-ssh-key": key };
    const { driver, machine } = driverOf({ flags });
    await driver.create();
    const copy = join(directory, "id_test");
    expect(Object.entries(machine.state)).toEqual(Object.entries({ ...goState, SSHKeyPath: copy, SSHKey: key }));
    expect(await readdir(directory)).toEqual(["id_test", "id_test.pub"]);
    expect(await readFile(copy, "utf8")).toBe("PRIVATE");
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    expect((await stat(`${copy}.pub`)).mode & 0o777).toBe(0o600);
  });

  test("without a key, leaves the choice of one to SSH", async () => {
    const { driver, machine, host } = driverOf({ flags: { "generic-ip-address": "192.0.2.1" } });
    await driver.create();
    expect(machine.state).toMatchObject({ SSHKeyPath: "", SSHKey: "", SSHPort: 22, EnginePort: 2376 });
    expect(await driver.sshEndpoint()).toEqual({ host: "192.0.2.1", port: 22, user: "root" });
    expect(host.lines.map(({ message }) => message)).toEqual(["No SSH key specified. Assuming an existing key at the default location."]);
  });

  test("with a key but no public half, says so and goes on", async () => {
    const key = await makeKey("id_alone");
    await rm(`${key}.pub`);
    const { driver, host } = driverOf({ flags: { "generic-ip-address": "192.0.2.1", "generic-ssh-key": key } });
    await driver.create();
    expect(host.lines.at(-1)?.message).toContain("Couldn't copy SSH public key");
    expect(await readdir(directory)).toEqual(["id_alone"]);
  });

  test("keeps a key called key.pem apart from the machine's own key.pem", async () => {
    const key = await makeKey("key.pem");
    const { driver } = driverOf({ flags: { "generic-ip-address": "192.0.2.1", "generic-ssh-key": key } });
    await driver.create();
    expect((await driver.sshEndpoint()).privateKeyPath).toBe(join(directory, "ssh-key.pem"));
  });

  test("can be repeated after the original key has gone", async () => {
    const key = await makeKey("id_test");
    const { driver } = driverOf({ flags: { "generic-ip-address": "192.0.2.1", "generic-ssh-key": key } });
    await driver.create();
    await rm(key);
    await driver.create();
    expect((await driver.sshEndpoint()).privateKeyPath).toBe(join(directory, "id_test"));
  });
});

describe("refusing", () => {
  test("a missing key before anything is made", async () => {
    const { driver } = driverOf({ flags: { "generic-ip-address": "127.0.0.1", "generic-ssh-key": "/nope" } });
    await expect(driver.preCreateCheck()).rejects.toMatchObject({ code: "SSH_KEY_MISSING", message: expect.stringContaining("/nope") });
  });

  test("a folder as the key", async () => {
    const { driver } = driverOf({ flags: { "generic-ip-address": "127.0.0.1", "generic-ssh-key": root } });
    await expect(driver.preCreateCheck()).rejects.toMatchObject({ code: "SSH_KEY_MISSING" });
  });

  test("an absent address", () => {
    expect(() => resolveOptions(genericOptions, {})).toThrow(
      expect.objectContaining({ code: "OPTION_MISSING", message: expect.stringContaining("--generic-ip-address") }),
    );
  });

  test.each(["tcp://192.0.2.1:2376", "192.0.2.1:22", "[::1]", "-oProxyCommand=x", "a b", "a/b"])("the address %s", (address) => {
    const options = resolveOptions(genericOptions, { flags: { "generic-ip-address": address } });
    expect(() => generic.checkOptions?.(options)).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  });

  test.each(["192.0.2.1", "2001:db8::1", "host.example.org", "build_1"])("not the address %s", (address) => {
    const options = resolveOptions(genericOptions, { flags: { "generic-ip-address": address } });
    expect(() => generic.checkOptions?.(options)).not.toThrow();
  });
});

describe("a machine that the Go program saved", () => {
  test("has its address, URL and login", async () => {
    const { driver } = driverOf({ state: goState });
    expect(await driver.address()).toBe("127.0.0.1");
    expect(await driver.url()).toBe("tcp://127.0.0.1:2376");
    expect(await driver.sshEndpoint()).toEqual({
      host: "127.0.0.1",
      port: 2222,
      user: "deb",
      privateKeyPath: "/store/machines/gen1/id_test",
    });
  });

  test("can be removed", async () => {
    await driverOf({ state: goState }).driver.remove();
  });
});

describe("the status", () => {
  async function statusAt(port: number) {
    return driverOf({ state: { ...goState, SSHPort: port } }).driver.status();
  }

  test("is Running while the SSH port answers, and Stopped when it doesn't", async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    expect(await statusAt(port)).toBe("Running");
    await new Promise((resolve) => server.close(resolve));
    expect(await statusAt(port)).toBe("Stopped");
  });

  test("is Stopped for a name without an address", async () => {
    const { driver } = driverOf({ state: { ...goState, IPAddress: "nowhere.invalid" } });
    expect(await driver.status()).toBe("Stopped");
  });

  test("can be interrupted", async () => {
    const { driver, host } = driverOf({ state: goState });
    host.abort();
    await expect(driver.status()).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
  });
});
