import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { launchDetached } from "../src/launch-qemu.js";
import { QemuProcess } from "../src/qemu-process.js";
import { withQmp } from "../src/qmp.js";
import { errorOf } from "./support/error-of.js";
import { NO_GUEST, type ScratchMachine, scratchMachine } from "./support/scratch-machine.js";

const QEMU = "qemu-system-x86_64";

async function started(options: Parameters<typeof scratchMachine>[0] = {}): Promise<ScratchMachine & { readonly pid: number }> {
  const machine = await scratchMachine(options);
  await machine.process.start(QEMU, NO_GUEST);
  const pid = await machine.process.pid();
  if (pid === undefined) throw new Error("QEMU has no process id");
  return { ...machine, pid };
}

/** Whether the process runs: it may be waiting for its parent to take its exit code. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) Z /.test(stat);
}

test("QEMU runs on its own, is paused, resumed, reset and ended, and leaves only its log", async () => {
  const { process: qemu, directory, pid } = await started();
  expect(await qemu.status()).toBe("Running");
  expect((await readFile(`/proc/${pid}/stat`, "utf8")).split(" ")[3]).not.toBe(String(process.pid));
  await qemu.pause();
  expect(await qemu.status()).toBe("Paused");
  await qemu.resume();
  expect(await qemu.status()).toBe("Running");
  await qemu.reset();
  await qemu.terminate();
  expect(await isAlive(pid)).toBe(false);
  expect(await qemu.status()).toBe("Stopped");
  expect((await readdir(directory)).filter((name) => name !== "qemu.log")).toEqual([]);
});

test("a second start leaves the running QEMU as it is", async () => {
  const { process: qemu, pid } = await started();
  await qemu.start(QEMU, NO_GUEST);
  expect(await qemu.pid()).toBe(pid);
});

test("a folder with a path too long for sockets is as good as any", async () => {
  const { process: qemu } = await started({ folder: "a-folder,".repeat(20) });
  expect(await qemu.status()).toBe("Running");
});

test("the same folder reached by another path has the same QEMU", async () => {
  const { directory, uuid, host, pid } = await started();
  const link = `${directory}-link`;
  await symlink(directory, link);
  const qemu = new QemuProcess({ machineName: "dev", uuid, directory: link, qmp: { kind: "unix", directory: link } }, host);
  expect(await qemu.pid()).toBe(pid);
  expect(await qemu.status()).toBe("Running");
});

test("a dead pid file and a stale socket count as stopped, and do not keep QEMU from starting", async () => {
  const { process: qemu, directory, pid } = await started();
  process.kill(pid, "SIGKILL");
  await expect.poll(() => isAlive(pid)).toBe(false);
  expect(await readdir(directory)).toEqual(expect.arrayContaining(["qemu.pid", "qmp.sock"]));
  expect(await qemu.status()).toBe("Stopped");
  expect((await errorOf(qemu.pause())).code).toBe("QEMU_NOT_RUNNING");
  await qemu.start(QEMU, NO_GUEST);
  expect(await qemu.status()).toBe("Running");
});

test("a process id that was used again is another's, which is left alone", async () => {
  const { process: qemu, directory } = await scratchMachine();
  const other = spawn("sleep", ["60"], { stdio: "ignore" });
  onTestFinished(() => void other.kill());
  await writeFile(join(directory, "qemu.pid"), `${other.pid}\n`);
  expect(await qemu.status()).toBe("Stopped");
  await qemu.terminate();
  expect(other.exitCode ?? other.signalCode).toBeNull();
});

test.each(["", "0", "-1", "garbage", "1 2"])("a pid file with %j is no process", async (text) => {
  const { process: qemu, directory } = await scratchMachine();
  await writeFile(join(directory, "qemu.pid"), text);
  expect(await qemu.status()).toBe("Stopped");
});

test("a copy of the machine's folder does not own the machine's QEMU", async () => {
  const { directory, uuid, host, pid, process: original } = await started();
  const copy = `${directory}-copy`;
  await cp(directory, copy, { recursive: true, filter: (path) => !path.endsWith(".sock") });
  const qemu = new QemuProcess({ machineName: "dev", uuid, directory: copy, qmp: { kind: "unix", directory: copy } }, host);
  expect(await qemu.status()).toBe("Stopped");
  await qemu.terminate();
  expect(await original.pid()).toBe(pid);
});

test("a monitor of another machine is not obeyed", async () => {
  const [one, other] = [await started(), await started()];
  await rm(join(one.directory, "qmp.sock"));
  await symlink(join(other.directory, "qmp.sock"), join(one.directory, "qmp.sock"));
  expect(await one.process.status()).toBe("Error");
  expect((await errorOf(one.process.pause())).code).toBe("QMP_FOREIGN");
  await one.process.terminate();
  expect(await isAlive(one.pid)).toBe(false);
  expect(await other.process.status()).toBe("Running");
});

test("a QEMU that hangs is an error, not waited for without end, and can be ended", { timeout: 60_000 }, async () => {
  const { process: qemu, host, pid } = await started();
  process.kill(pid, "SIGSTOP");
  expect(await qemu.status()).toBe("Error");
  expect(host.lines.map(({ message }) => message).join("\n")).toMatch(/did not answer/);
  expect(await qemu.powerDown({ timeoutMs: 100 })).toBe(false);
  await qemu.terminate();
  expect(await isAlive(pid)).toBe(false);
});

test("a guest that does not listen to the power button outlives the deadline", async () => {
  const { process: qemu } = await scratchMachine();
  await qemu.start(QEMU, ["-machine", "q35", "-display", "none", "-nodefaults", "-S", "-m", "16"]);
  expect(await qemu.status()).toBe("Starting");
  await qemu.pause();
  expect(await qemu.powerDown({ timeoutMs: 500 })).toBe(false);
  expect(await qemu.status()).toBe("Running");
});

test("a port that is taken is told apart from other failures", async () => {
  const { process: qemu } = await scratchMachine();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const forward = ["-netdev", `user,id=net0,hostfwd=tcp:127.0.0.1:${port}-:22`];
  expect(await errorOf(qemu.start(QEMU, [...NO_GUEST, ...forward]))).toMatchObject({
    code: "QEMU_PORT_TAKEN",
    message: expect.stringContaining(String(port)),
  });
  const error = await errorOf(qemu.start(QEMU, [...NO_GUEST, "-drive", "file=/missing.qcow2"]));
  expect(error.code).toBe("QEMU_START_FAILED");
  expect(error.message).toMatch(/^QEMU could not start "dev": .*missing\.qcow2/);
  expect(await qemu.status()).toBe("Stopped");
});

test("two starts at once come to one QEMU", async () => {
  const { process: qemu, directory } = await scratchMachine();
  const results = await Promise.allSettled([qemu.start(QEMU, NO_GUEST), qemu.start(QEMU, NO_GUEST)]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await readFile(join(directory, "qemu.pid"), "utf8")).toBe(`${await qemu.pid()}\n`);
});

test("where there is no -daemonize, QEMU is started detached, and its words are in the error", async () => {
  const machine = await scratchMachine();
  await machine.process.start(QEMU, NO_GUEST, "win32");
  expect(await machine.process.status()).toBe("Running");
  const logPath = join(machine.directory, "failed.log");
  const launch = { machineName: "dev", program: QEMU, args: ["-machine", "no-such-machine"], logPath };
  const error = await errorOf(launchDetached(launch, machine.host, async () => false));
  expect(error).toMatchObject({ code: "QEMU_START_FAILED", message: expect.stringContaining("unsupported machine type") });
});

test("a monitor with TLS answers only whoever has the machine's key", async () => {
  const machine = await started({ port: 28_763 });
  expect(await machine.process.status()).toBe("Running");
  const stranger = await scratchMachine();
  await writeFile(join(stranger.directory, "keys.psk"), `docker-machine:${"00".repeat(32)}\n`);
  const endpoint = { kind: "tls", directory: stranger.directory, port: 28_763 } as const;
  expect((await errorOf(withQmp(endpoint, stranger.host, (qmp) => qmp.execute("quit")))).code).toBe("QMP_UNREACHABLE");
  expect(await machine.process.status()).toBe("Running");
});
