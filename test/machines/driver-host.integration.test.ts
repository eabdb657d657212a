import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DriverHost } from "../../src/machines/driver-host.js";
import { errorOf } from "../support/error-of.js";
import { RecordingLog } from "../support/recording-log.js";
import { scratchDirectory } from "../support/scratch-directory.js";
import { type SshServer, sshServerUnavailable, startSshServer } from "../support/ssh-server.js";

async function hostIn(directory: string, controller = new AbortController()): Promise<DriverHost> {
  return new DriverHost({
    machineName: "dev",
    machineDirectory: directory,
    log: new RecordingLog(),
    progress: () => undefined,
    signal: controller.signal,
    shared: new Map(),
    storeId: async () => "00000000-0000-4000-8000-000000000000",
    cacheDirectory: join(directory, "cache"),
    connectOptions: () => ({ hostKey: { path: join(directory, "known_hosts"), alias: "dev", unknown: "record" } }),
  });
}

test("the cache is a private folder, made when it is asked for", async () => {
  const host = await hostIn(await scratchDirectory());
  expect((await stat(host.cacheDirectory)).mode & 0o777).toBe(0o700);
});

test("what one holds a lock for, another waits for; locks of other names are free", async () => {
  const directory = await scratchDirectory();
  const [one, other] = [await hostIn(directory), await hostIn(directory)];
  const order: string[] = [];
  let waiting: Promise<void> | undefined;
  await one.withLock("test-network", { subject: "the network" }, async () => {
    waiting = other.withLock("test-network", { subject: "the network" }, async () => void order.push("other"));
    await other.withLock("test-image", { subject: "the image" }, async () => void order.push("image"));
    order.push("one");
  });
  await waiting;
  expect(order).toEqual(["image", "one", "other"]);
});

test("a lock's name never becomes a path elsewhere", async () => {
  const host = await hostIn(await scratchDirectory());
  await expect(host.withLock("../x", { subject: "x" }, async () => undefined)).rejects.toThrow(TypeError);
});

describe.skipIf(sshServerUnavailable)(`Over SSH${sshServerUnavailable === undefined ? "" : ` (skipped: ${sshServerUnavailable})`}`, () => {
  let directory: string;
  let server: SshServer;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "docker-machine-test-"));
    server = await startSshServer(directory, "server");
  });

  afterAll(async () => {
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  test("a program on the host gets its words literally, and its input", async () => {
    const host = await hostIn(await scratchDirectory());
    const words = ["$(id)", "a b", "'quoted'", "`x`", "*", ""];
    const { stdout } = await host.runOverSsh(server.endpoint, ["printf", "[%s]\\n", ...words]);
    expect(stdout.trimEnd().split("\n")).toEqual(words.map((word) => `[${word}]`));
    expect((await host.runOverSsh(server.endpoint, ["cat"], { input: "text" })).stdout).toBe("text");
  });

  test("the host's key is kept at the first login, and another is refused later", async () => {
    const own = await scratchDirectory();
    const host = await hostIn(own);
    await host.runOverSsh(server.endpoint, ["true"]);
    expect(await readFile(join(own, "known_hosts"), "utf8")).toContain("ssh-ed25519");
    const impostor = await startSshServer(directory, "impostor");
    try {
      const endpoint = { ...impostor.endpoint, privateKeyPath: impostor.endpoint.privateKeyPath };
      expect(await errorOf(() => host.runOverSsh(endpoint, ["true"]))).toMatchObject({ code: "SSH_HOST_KEY_CHANGED" });
    } finally {
      await impostor.stop();
    }
  });

  test("a program that fails is an error, unless its exit code was expected", async () => {
    const host = await hostIn(await scratchDirectory());
    expect(await errorOf(() => host.runOverSsh(server.endpoint, ["false"]))).toMatchObject({ code: "SSH_COMMAND_FAILED" });
    expect((await host.runOverSsh(server.endpoint, ["sh", "-c", "exit 3"], { acceptedExitCodes: [3] })).exitCode).toBe(3);
  });
});
