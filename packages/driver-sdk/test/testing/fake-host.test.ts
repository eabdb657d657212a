import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

describe("a fake host", () => {
  test("plays programs, and writes down how they were run", async () => {
    const host = new FakeHost({ run: async (_file, args) => ({ stdout: args.join("+") }) });
    expect(await host.run("tool", ["a", "b"], { input: "secret" })).toEqual({ exitCode: 0, stdout: "a+b", stderr: "" });
    expect(host.runs).toEqual([{ file: "tool", args: ["a", "b"], options: { input: "secret" } }]);
  });

  test("knows no program unless told", async () => {
    await expect(new FakeHost().run("tool", [])).rejects.toMatchObject({ code: "COMMAND_NOT_FOUND" });
  });

  test("takes an exit code for a failure unless it is accepted", async () => {
    const host = new FakeHost({ run: () => ({ exitCode: 4, stderr: "no such host\n" }) });
    await expect(host.run("tool", [])).rejects.toMatchObject({
      code: "COMMAND_FAILED",
      message: "tool ended with exit code 4: no such host",
    });
    expect(await host.run("tool", [], { acceptedExitCodes: [0, 4] })).toMatchObject({ exitCode: 4 });
  });

  test("plays the commands on the machine's host, which does not answer unless told", async () => {
    const endpoint = { host: "10.0.0.5", port: 22, user: "root" };
    const host = new FakeHost({ ssh: ([program, ...args], { user }) => ({ stdout: `${user}: ${program} ${args.join(" ")}` }) });
    expect(await host.runOverSsh(endpoint, ["ip", "addr"])).toEqual({ exitCode: 0, stdout: "root: ip addr", stderr: "" });
    await expect(new FakeHost().runOverSsh(endpoint, ["ip"])).rejects.toMatchObject({ code: "SSH_UNREACHABLE" });
    const failing = new FakeHost({ ssh: () => ({ exitCode: 1 }) });
    await expect(failing.runOverSsh(endpoint, ["ip"])).rejects.toMatchObject({ code: "COMMAND_FAILED" });
  });

  test("holds a lock for one call after another, whether they succeed or not", async () => {
    const host = new FakeHost();
    const order: string[] = [];
    const first = host.withLock("net", { subject: "the network" }, async () => {
      await host.sleep(1);
      order.push("first");
      throw new Error("first");
    });
    const second = host.withLock("net", { subject: "the network" }, async () => void order.push("second"));
    await expect(first).rejects.toThrow("first");
    await second;
    expect(order).toEqual(["first", "second"]);
  });

  test("keeps log lines and progress", () => {
    const host = new FakeHost();
    host.log.debug("a");
    host.log.info("b");
    host.log.warn("c");
    host.progress("Booting");
    expect(host.lines.map(({ level, message }) => `${level} ${message}`)).toEqual(["debug a", "info b", "warn c"]);
    expect(host.progressSteps).toEqual(["Booting"]);
  });

  test("refuses everything once it is aborted, and counts that", async () => {
    const host = new FakeHost({ run: () => ({}) });
    host.abort();
    for (const call of [host.run("tool", []), host.sleep(1), host.createSshKey()]) {
      await expect(call).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
    }
    expect(host.refusals).toBe(3);
  });

  test("rejects a run during which it is aborted", async () => {
    const host: FakeHost = new FakeHost({
      run: () => {
        host.abort();
        return {};
      },
    });
    await expect(host.run("tool", [])).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
  });
});

describe("a fake host's folder", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "fake-host-"));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  test("holds its cache, which is made when it is asked for", async () => {
    const { cacheDirectory } = new FakeHost({ directory });
    expect(cacheDirectory.startsWith(directory)).toBe(true);
    expect((await stat(cacheDirectory)).isDirectory()).toBe(true);
    expect(() => new FakeHost().cacheDirectory).toThrow("without a directory");
  });

  test("is private, has an ed25519 line, and stays the same", async () => {
    const key = await new FakeHost({ directory }).createSshKey();
    expect((await stat(key.privateKeyPath)).mode & 0o777).toBe(0o600);
    expect(await readFile(key.privateKeyPath, "utf8")).toContain("PRIVATE KEY");
    expect(key.publicKey).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43} /);
    expect(await new FakeHost({ directory }).createSshKey()).toEqual(key);
  });

  test("needs a directory", async () => {
    await expect(new FakeHost().createSshKey()).rejects.toThrow(/without a directory/);
  });
});
