import { DriverError, type Host } from "@docker-machine/driver-sdk";
import { type Acceleration, type Accelerator, emulation, hardwareAccelerations } from "./acceleration.js";

export type { Acceleration, Accelerator } from "./acceleration.js";

import type { Qemu } from "./find-qemu.js";
import { TrialRecord, trialKey } from "./trial-record.js";
import { tryAcceleration } from "./try-acceleration.js";

/** What trying accelerators needs of a driver's host. */
export type AcceleratorHost = Pick<Host, "run" | "log" | "withLock" | "cacheDirectory">;

/** The computer that the trial is made on. */
export interface Computer {
  readonly platform: NodeJS.Platform;
  readonly processor: NodeJS.Architecture;
}

/** What the trial of one acceleration has come to. */
interface Trial {
  readonly acceleration: Acceleration;
  /** Why it can't be used; absent if it can. */
  readonly refusal?: string | undefined;
}

/**
 * The fastest accelerator that really runs an ordinary guest: each is tried with a tiny one. What came of it is kept for a day for this QEMU, boot, processor and
 * user. Emulation, which always works, comes with one warning about speed.
 *
 * @param wish the user's choice; `auto` tries
 * @throws {DriverError} `ACCELERATOR_UNUSABLE` if the one wished for does not work, with QEMU's words and the fix
 */
export async function chooseAccelerator(
  qemu: Qemu,
  wish: Accelerator | "auto",
  host: AcceleratorHost,
  computer: Computer = { platform: process.platform, processor: process.arch },
): Promise<Acceleration> {
  const slow = emulation(qemu.architecture);
  if (wish === "tcg") return slow;
  const all = hardwareAccelerations(qemu.architecture, computer.platform, computer.processor);
  const trials = await tryAll(qemu, wish === "auto" ? all : all.filter(({ name }) => name === wish), host);
  const usable = trials.find(({ refusal }) => refusal === undefined);
  if (usable !== undefined) return usable.acceleration;
  if (wish !== "auto") throw unusable(wish, trials, qemu, computer);
  host.log.warn(speedWarning(trials, qemu, computer));
  return slow;
}

/** Tries them in turn until one works. */
async function tryAll(qemu: Qemu, accelerations: readonly Acceleration[], host: AcceleratorHost): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const acceleration of accelerations) {
    const refusal = await host.withLock("qemu-accelerator", { subject: "the trial of QEMU's accelerators" }, () =>
      recorded(qemu, acceleration, host),
    );
    trials.push({ acceleration, refusal });
    host.log.debug(`${acceleration.args.join(" ")}: ${refusal ?? "works"}`);
    if (refusal === undefined) break;
  }
  return trials;
}

/** Why an acceleration can't be used, by a trial of the last day, or else a new one. */
async function recorded(qemu: Qemu, acceleration: Acceleration, host: AcceleratorHost): Promise<string | undefined> {
  const record = new TrialRecord(host.cacheDirectory);
  const key = await trialKey(qemu.path, acceleration.args);
  const known = await record.read(key);
  if (known !== undefined) return known.refusal;
  const refusal = await tryAcceleration(qemu, acceleration, host);
  await record.write(key, refusal);
  return refusal;
}

function unusable(wish: Accelerator, trials: readonly Trial[], qemu: Qemu, { platform, processor }: Computer): DriverError {
  const reason = reasonOf(trials) ?? `it does not run ${qemu.architecture} guests on ${processor} ${platform}`;
  const suggestions = [...fixes(trials), "Choose another: --qemu-accelerator auto"];
  return new DriverError("ACCELERATOR_UNUSABLE", `The accelerator ${wish} can't be used here: ${reason}`, { suggestions });
}

function speedWarning(trials: readonly Trial[], qemu: Qemu, { processor }: Computer): string {
  const reason = reasonOf(trials) ?? `the processor is ${processor}, the guest ${qemu.architecture}`;
  const names = [...new Set(trials.map(({ acceleration }) => acceleration.name))].join(", ");
  const what = names === "" ? reason : `${names} can't be used: ${reason}`;
  return `The guest is emulated, which is about ten times slower (${what}).${fixes(trials).map((fix) => ` ${fix}`)}`;
}

function reasonOf(trials: readonly Trial[]): string | undefined {
  return trials.map(({ refusal }) => refusal).find((refusal) => refusal !== undefined);
}

/** What the user can do about a refusal, where it is known. */
function fixes(trials: readonly Trial[]): readonly string[] {
  const refused = trials.map(({ acceleration, refusal }) => `${acceleration.name}: ${refusal}`).join("\n");
  if (/kvm: .*Permission denied/i.test(refused)) return ["To use KVM, run `sudo usermod -aG kvm $USER` and log in again."];
  if (/kvm: .*(?:No such file|Could not access KVM)/i.test(refused))
    return ["To use KVM, turn on virtualization in the computer's firmware settings."];
  if (/whpx: /.test(refused))
    return ["To use WHPX, turn on the Windows feature: dism /online /enable-feature /featurename:HypervisorPlatform"];
  return [];
}
