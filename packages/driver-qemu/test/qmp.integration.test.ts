import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { withQmp } from "../src/qmp.js";
import type { QmpEndpoint } from "../src/qmp-endpoint.js";
import { errorOf } from "./support/error-of.js";
import { NO_GUEST, scratchMachine } from "./support/scratch-machine.js";

const GREETING = '{"QMP": {"version": {}, "capabilities": []}}\r\n';

async function realQemu(args: readonly string[] = NO_GUEST) {
  const machine = await scratchMachine();
  await machine.process.start("qemu-system-x86_64", args);
  const endpoint: QmpEndpoint = { kind: "unix", directory: machine.directory };
  return { ...machine, endpoint };
}

/** Something that listens where QEMU should, and behaves as the test says. */
async function impostor(talk: (socket: Socket) => void) {
  const { host, directory } = await scratchMachine();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    talk(socket);
  }).listen(join(directory, "qmp.sock"));
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const endpoint: QmpEndpoint = { kind: "unix", directory };
  return { host, endpoint };
}

test("commands return what QEMU answers, however long it is", async () => {
  const { endpoint, host } = await realQemu();
  await withQmp(endpoint, host, async (qmp) => {
    expect(await qmp.execute("query-status")).toMatchObject({ status: "running", running: true });
    expect(JSON.stringify(await qmp.execute("query-qmp-schema")).length).toBeGreaterThan(100_000);
    const [version, name] = await Promise.all([qmp.execute("query-version"), qmp.execute("query-name")]);
    expect([version, name]).toMatchObject([{ qemu: { major: expect.any(Number) } }, {}]);
  });
});

test("a command that QEMU refuses fails with QEMU's class and words, and the connection goes on", async () => {
  const { endpoint, host } = await realQemu();
  await withQmp(endpoint, host, async (qmp) => {
    const unknown = await errorOf(qmp.execute("no-such-command"));
    expect(unknown).toMatchObject({
      code: "QMP_COMMAND_FAILED",
      message: 'QEMU refused "no-such-command": The command no-such-command has not been found (CommandNotFound)',
    });
    expect((await errorOf(qmp.execute("device_del", { id: "nothing" }))).message).toContain("(DeviceNotFound)");
    expect(await qmp.execute("query-status")).toMatchObject({ status: "running" });
  });
});

test("an event is awaited, and so is its absence", async () => {
  const { endpoint, host } = await realQemu();
  await withQmp(endpoint, host, async (qmp) => {
    const stopped = qmp.nextEvent(["STOP", "SHUTDOWN"], { timeoutMs: 10_000 });
    await qmp.execute("stop");
    expect((await stopped).event).toBe("STOP");
    expect((await errorOf(qmp.nextEvent(["RESUME"], { timeoutMs: 50 }))).message).toContain("did not report RESUME within 0.1 s");
  });
});

test("a job is awaited, and its failure is the command's", async () => {
  const { endpoint, host, directory } = await realQemu(["-machine", "none", "-display", "none", "-nodefaults"]);
  await host.run("qemu-img", ["create", "-q", "-f", "qcow2", join(directory, "disk.qcow2"), "1M"]);
  await withQmp(endpoint, host, async (qmp) => {
    await qmp.execute("blockdev-add", {
      driver: "qcow2",
      "node-name": "disk",
      file: { driver: "file", filename: join(directory, "disk.qcow2") },
    });
    await qmp.runJob(
      "blockdev-create",
      { "job-id": "made", options: { driver: "file", filename: join(directory, "made.raw"), size: 4096 } },
      { timeoutMs: 10_000 },
    );
    const impossible = { "job-id": "saved", tag: "saved", vmstate: "missing", devices: ["disk"] };
    expect((await errorOf(qmp.runJob("snapshot-save", impossible, { timeoutMs: 10_000 }))).code).toBe("QMP_JOB_FAILED");
    expect(await qmp.execute("query-jobs")).toEqual([]);
  });
});

test("QEMU serves one client at a time: the second waits, says so, and has its turn", async () => {
  const { endpoint, host } = await realQemu();
  const order: string[] = [];
  let second: Promise<unknown> = Promise.resolve();
  await withQmp(endpoint, host, async () => {
    second = withQmp(endpoint, host, async () => order.push("second"));
    await expect
      .poll(() => host.lines.map(({ message }) => message).join(), { timeout: 10_000 })
      .toContain("busy with another docker-machine");
    order.push("first");
  });
  await second;
  expect(order).toEqual(["first", "second"]);
});

test("a second client that waits too long gives up", async () => {
  const { endpoint, host } = await realQemu();
  await withQmp(endpoint, host, async () => {
    const second = await errorOf(withQmp(endpoint, host, async () => undefined, { connectTimeoutMs: 200 }));
    expect(second.code).toBe("QMP_TIMEOUT");
  });
});

test("many at once all have their turn", async () => {
  const { endpoint, host } = await realQemu();
  const answers = await Promise.all(Array.from({ length: 12 }, () => withQmp(endpoint, host, (qmp) => qmp.execute("query-status"))));
  expect(answers).toHaveLength(12);
});

test("nobody there is told apart from nobody who answers", async () => {
  const { host, directory } = await scratchMachine();
  expect((await errorOf(withQmp({ kind: "unix", directory }, host, async () => undefined))).code).toBe("QMP_UNREACHABLE");
  const silent = await impostor(() => undefined);
  const error = await errorOf(withQmp(silent.endpoint, silent.host, async () => undefined, { connectTimeoutMs: 100 }));
  expect(error.code).toBe("QMP_TIMEOUT");
});

test("a QEMU that dies while it is asked is told as such", async () => {
  const { endpoint, host, process: qemu } = await realQemu();
  const pid = await qemu.pid();
  await withQmp(endpoint, host, async (qmp) => {
    if (pid !== undefined) process.kill(pid, "SIGSTOP");
    const answer = errorOf(qmp.execute("query-status"));
    if (pid !== undefined) process.kill(pid, "SIGKILL");
    expect((await answer).code).toBe("QMP_CLOSED");
    expect((await errorOf(qmp.execute("query-status"))).code).toBe("QMP_CLOSED");
  });
});

test("an interruption ends the wait for an answer, and for a greeting", async () => {
  const silent = await impostor((socket) => {
    socket.write(GREETING);
    socket.once("data", () => socket.write('{"return": {}, "id": 1}\r\n'));
  });
  const waiting = errorOf(withQmp(silent.endpoint, silent.host, (qmp) => qmp.execute("query-status")));
  await sleep(50);
  silent.host.abort();
  expect((await waiting).code).toBe("OPERATION_ABORTED");
  expect((await errorOf(withQmp(silent.endpoint, silent.host, async () => undefined))).code).toBe("OPERATION_ABORTED");
});

test.each([
  ["garbage", "SSH-2.0-OpenSSH_9.2\r\n"],
  ["JSON that is no message", "[1, 2]\n"],
  ["garbage after the greeting", `${GREETING}{"return": \n`],
  ["an endless line", "x".repeat(17 * 1024 * 1024)],
])("%s is refused", async (_what, text) => {
  const { endpoint, host } = await impostor((socket) => socket.write(text));
  expect((await errorOf(withQmp(endpoint, host, (qmp) => qmp.execute("query-status")))).code).toBe("QMP_ANSWER_INVALID");
});

test("messages are put together from pieces, and events between them do not disturb", async () => {
  const { endpoint, host } = await impostor((socket) => {
    socket.setNoDelay(true);
    const send = (text: string) => {
      for (const byte of Buffer.from(text)) socket.write(Buffer.of(byte));
    };
    send(GREETING);
    let commands = 0;
    socket.on("data", () => send(`{"event": "RESET"}\r\n{"return": "ü", "id": ${++commands}}\n{"event": "STOP", "data": {}}\r\n`));
  });
  expect(await withQmp(endpoint, host, (qmp) => qmp.execute("query-name"))).toBe("ü");
});
