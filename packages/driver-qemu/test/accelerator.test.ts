import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DriverError, type RunResult } from "@docker-machine/driver-sdk";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import { chooseAccelerator } from "../src/accelerator.js";
import type { Qemu } from "../src/find-qemu.js";
import { TRIAL_PASSED } from "../src/trial-guest.js";
import { errorOf } from "./support/error-of.js";

const LINUX = { platform: "linux", processor: "x64" } as const;

/** A QEMU that comes to `trial` when it is started, by its `-accel` and `-cpu`. */
async function qemuThat(trial: (acceleration: string) => "passes" | Partial<RunResult>) {
  const folder = await mkdtemp(join(tmpdir(), "driver-qemu-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "qemu-system-x86_64");
  await writeFile(path, "");
  const host = new FakeHost({
    directory: folder,
    run: (_file, args) => {
      const result = trial(args.slice(0, args.indexOf("-machine")).join(" "));
      return result === "passes" ? { stdout: TRIAL_PASSED } : result;
    },
  });
  const qemu: Qemu = { path, architecture: "amd64", version: "9.0.0", majorVersion: 9, imageToolPath: "qemu-img" };
  return { host, qemu, record: join(folder, "cache", "qemu-accelerators.json") };
}

test("the processor's own virtualization is taken if the trial guest runs, and is tried once a day", async () => {
  const { host, qemu, record } = await qemuThat(() => "passes");
  const kvm = { name: "kvm", args: ["-accel", "kvm", "-cpu", "host"] };
  expect(await chooseAccelerator(qemu, "auto", host, LINUX)).toEqual(kvm);
  expect(await chooseAccelerator(qemu, "kvm", host, LINUX)).toEqual(kvm);
  expect(host.runs).toHaveLength(1);
  expect(host.lines.filter(({ level }) => level !== "debug")).toEqual([]);
  await writeFile(record, (await readFile(record, "utf8")).replaceAll(/"at":\d+/g, '"at":1'));
  await chooseAccelerator(qemu, "auto", host, LINUX);
  expect(host.runs).toHaveLength(2);
  await writeFile(record, "damaged");
  await chooseAccelerator(qemu, "auto", host, LINUX);
  expect(host.runs).toHaveLength(3);
});

test("another QEMU at the same path is tried anew", async () => {
  const { host, qemu } = await qemuThat(() => "passes");
  await chooseAccelerator(qemu, "auto", host, LINUX);
  await writeFile(qemu.path, "newer");
  await chooseAccelerator(qemu, "auto", host, LINUX);
  expect(host.runs).toHaveLength(2);
});

test("without a usable one, the guest is emulated, with one warning that says why and what helps", async () => {
  const { host, qemu } = await qemuThat(() => ({
    exitCode: 1,
    stderr:
      "Could not access KVM kernel module: Permission denied\nqemu-system-x86_64: -accel kvm: failed to initialize kvm: Permission denied\n",
  }));
  expect((await chooseAccelerator(qemu, "auto", host, LINUX)).name).toBe("tcg");
  expect(host.lines.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
    "The guest is emulated, which is about ten times slower (kvm can't be used: Could not access KVM kernel module: Permission denied). " +
      "To use KVM, run `sudo usermod -aG kvm $USER` and log in again.",
  ]);
});

test.each([
  ["says that it passed, but only half", { stdout: "" }, "the trial guest crashed"],
  ["fails", { exitCode: 1, stderr: "qemu-system-x86_64: -accel kvm: invalid accelerator kvm\n" }, "-accel kvm: invalid accelerator kvm"],
])("an accelerator that was wished for and %s is an error", async (_what, result, reason) => {
  const { host, qemu } = await qemuThat(() => result);
  const error = await errorOf(chooseAccelerator(qemu, "kvm", host, LINUX));
  expect(error).toMatchObject({ code: "ACCELERATOR_UNUSABLE", message: `The accelerator kvm can't be used here: ${reason}` });
  expect(error.suggestions).toContain("Choose another: --qemu-accelerator auto");
});

test("a trial that hangs or crashes QEMU is a refusal, an interruption is not", async () => {
  const codes = ["COMMAND_TIMEOUT", "COMMAND_FAILED", "OPERATION_ABORTED"] as const;
  const results = codes.map(async (code) => {
    const { host, qemu } = await qemuThat(() => {
      throw new DriverError(code, "qemu ended with exit code 134: error: failed to set MSR 0x10a to 0x69");
    });
    return (await errorOf(chooseAccelerator(qemu, "kvm", host, LINUX))).message;
  });
  expect(await Promise.all(results)).toEqual([
    expect.stringContaining("did not finish within 10 s"),
    expect.stringContaining("QEMU crashed: error: failed to set MSR 0x10a to 0x69"),
    expect.stringContaining("failed to set MSR"),
  ]);
});

test("WHPX is tried with the processor itself, then with a model that older QEMUs take", async () => {
  const { host, qemu } = await qemuThat((acceleration) =>
    acceleration.includes("host") ? { exitCode: 1, stderr: "no such CPU" } : "passes",
  );
  const chosen = await chooseAccelerator(qemu, "auto", host, { platform: "win32", processor: "x64" });
  expect(chosen).toEqual({ name: "whpx", args: ["-accel", "whpx,kernel-irqchip=off"] });
});

test("a guest of another architecture is emulated, and nothing is tried", async () => {
  const { host, qemu } = await qemuThat(() => "passes");
  const mac = { platform: "darwin", processor: "arm64" } as const;
  expect((await chooseAccelerator(qemu, "auto", host, mac)).name).toBe("tcg");
  expect(host.runs).toEqual([]);
  expect(host.lines[0]?.message).toBe("The guest is emulated, which is about ten times slower (the processor is arm64, the guest amd64).");
  expect((await errorOf(chooseAccelerator(qemu, "hvf", host, mac))).message).toContain("it does not run amd64 guests on arm64 darwin");
});

test("emulation that was wished for comes without a warning", async () => {
  const { host, qemu } = await qemuThat(() => "passes");
  expect((await chooseAccelerator(qemu, "tcg", host, LINUX)).args).toEqual(["-accel", "tcg,thread=multi", "-cpu", "max"]);
  expect(host.lines).toEqual([]);
});
