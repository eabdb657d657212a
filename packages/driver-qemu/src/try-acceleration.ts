import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Host, isDriverError } from "@docker-machine/driver-sdk";
import type { Acceleration } from "./acceleration.js";
import type { Qemu } from "./find-qemu.js";
import { TRIAL_PASSED, trialRom } from "./trial-guest.js";

/** Emulated, the trial takes half a second. */
const TRIAL_TIMEOUT_MS = 10_000;

/**
 * Runs the trial guest. Use it under a lock: its ROM is a file of the cache.
 *
 * @returns why it did not run as it should; `undefined` if it did
 */
export async function tryAcceleration(
  qemu: Qemu,
  { args }: Acceleration,
  host: Pick<Host, "run" | "cacheDirectory">,
): Promise<string | undefined> {
  const rom = await romFile(qemu, host.cacheDirectory);
  const machine = ["-machine", qemu.architecture === "amd64" ? "q35" : "virt", "-m", "64", "-no-user-config", "-nodefaults", "-no-reboot"];
  const all = [...args, ...machine, "-display", "none", "-bios", rom, "-serial", "stdio"];
  try {
    const { exitCode, stdout, stderr } = await host.run(qemu.path, all, { acceptedExitCodes: [0, 1], timeoutMs: TRIAL_TIMEOUT_MS });
    // Windows may end the line in its own way.
    if (stdout.replaceAll("\r", "") === TRIAL_PASSED) return undefined;
    return exitCode === 0 ? "the trial guest crashed" : firstLine(stderr);
  } catch (error) {
    if (!isDriverError(error)) throw error;
    if (error.code === "COMMAND_TIMEOUT") return `the trial guest did not finish within ${TRIAL_TIMEOUT_MS / 1000} s`;
    if (error.code === "COMMAND_FAILED") return `QEMU crashed: ${firstLine(error.message)}`;
    throw error;
  }
}

async function romFile(qemu: Qemu, cacheDirectory: string): Promise<string> {
  const path = join(cacheDirectory, `qemu-trial-${qemu.architecture}.rom`);
  await writeFile(`${path}.new`, trialRom(qemu.architecture), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return path;
}

/** QEMU says first what is wrong, and then what follows from it. Its own name in front is no news. */
function firstLine(text: string): string {
  const line = text.split("\n").find((each) => each.trim() !== "") ?? "";
  return line
    .replace(/^\S+ ended with exit code \d+: /, "")
    .replaceAll(/\S*qemu-system-\S+?: /g, "")
    .trim();
}
