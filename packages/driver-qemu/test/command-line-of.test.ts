import { spawn } from "node:child_process";
import { once } from "node:events";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import { commandLineOf } from "../src/command-line-of.js";
import { isCommandLineOf } from "../src/qemu-process.js";

const UUID = "7d444840-9dc0-11d1-b245-5ffdce74fad2";

test("a process is known by the machine's UUID and pid file, wherever they stand", () => {
  const pidFile = "/home/me/my machines/dev/qemu.pid";
  const ours = `/usr/bin/qemu-system-x86_64 -m 1024 -uuid ${UUID} -pidfile ${pidFile} -daemonize`;
  expect(isCommandLineOf(ours, UUID, pidFile)).toBe(true);
  expect(isCommandLineOf(ours, UUID.replace("7d", "7e"), pidFile)).toBe(false);
  expect(isCommandLineOf(ours, UUID, "/home/me/other/dev/qemu.pid")).toBe(false);
});

test("on Linux the command line is the kernel's, and a process without one is none", async () => {
  const host = new FakeHost();
  const child = spawn("sleep", ["60"], { stdio: "ignore" });
  onTestFinished(() => void child.kill());
  await once(child, "spawn");
  expect(await commandLineOf(child.pid ?? 0, host, "linux")).toBe("sleep 60");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await commandLineOf(child.pid ?? 0, host, "linux")).toBeUndefined();
});

test("on macOS it is what ps prints, and nothing where ps finds nothing", async () => {
  const host = new FakeHost({ run: (_file, args) => (args.at(-1) === "1" ? { stdout: "/sbin/launchd\n" } : { exitCode: 1 }) });
  expect(await commandLineOf(1, host, "darwin")).toBe("/sbin/launchd");
  expect(await commandLineOf(2, host, "darwin")).toBeUndefined();
});

test("on Windows it is what CIM knows", async () => {
  const host = new FakeHost({
    run: (_file, args) => ({ stdout: args.at(-1)?.includes("ProcessId = 42") === true ? "qemu.exe -m 1\r\n" : "" }),
  });
  expect(await commandLineOf(42, host, "win32")).toBe("qemu.exe -m 1");
  expect(await commandLineOf(43, host, "win32")).toBeUndefined();
});
