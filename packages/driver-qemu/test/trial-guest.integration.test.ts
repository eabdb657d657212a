import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Architecture } from "@docker-machine/cloud-image";
import { expect, onTestFinished, test } from "vitest";
import { emulation } from "../src/acceleration.js";
import { chooseAccelerator } from "../src/accelerator.js";
import { findQemu } from "../src/find-qemu.js";
import { trialRom } from "../src/trial-guest.js";
import { tryAcceleration } from "../src/try-acceleration.js";
import { LocalHost } from "./support/local-host.js";

const TOOLS: Readonly<Record<Architecture, { readonly prefix: string; readonly format: readonly string[] }>> = {
  amd64: { prefix: "x86_64-linux-gnu-", format: ["--64"] },
  arm64: { prefix: "aarch64-linux-gnu-", format: [] },
};
const ARCHITECTURES = ["amd64", "arm64"] as const;

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "driver-qemu-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test.each(ARCHITECTURES)("the %s trial guest is what its source says", (architecture) => {
  const folder = scratchFolder();
  const { prefix, format } = TOOLS[architecture];
  const [object, binary] = [join(folder, "o"), join(folder, "bin")];
  execFileSync(`${prefix}as`, [...format, "-o", object, join(import.meta.dirname, `support/trial-guest-${architecture}.s`)]);
  execFileSync(`${prefix}objcopy`, ["--output-target=binary", "--only-section=.text", object, binary]);
  const assembled = readFileSync(binary);
  const rom = trialRom(architecture);
  expect(rom.subarray(0, assembled.length).equals(assembled)).toBe(true);
  expect(rom.subarray(assembled.length).every((byte) => byte === 0)).toBe(true);
});

test.each(ARCHITECTURES)("the %s trial guest passes on QEMU's emulation, and leaves nothing", async (architecture) => {
  const host = new LocalHost({ directory: scratchFolder() });
  const qemu = await findQemu(architecture, host);
  expect(await tryAcceleration(qemu, emulation(architecture), host)).toBeUndefined();
  expect(host.runs.at(-1)?.args.join(" ")).toContain("-bios");
});

test("a processor without long mode does not pass, though it runs QEMU", async () => {
  const host = new LocalHost({ directory: scratchFolder() });
  const qemu = await findQemu("amd64", host);
  expect(await tryAcceleration(qemu, { name: "tcg", args: ["-accel", "tcg", "-cpu", "qemu32"] }, host)).toBe("the trial guest crashed");
});

test("what is chosen on this computer has been seen to work", { timeout: 60_000 }, async () => {
  const host = new LocalHost({ directory: scratchFolder() });
  const qemu = await findQemu("amd64", host);
  const chosen = await chooseAccelerator(qemu, "auto", host);
  expect(await tryAcceleration(qemu, chosen, host)).toBeUndefined();
});
