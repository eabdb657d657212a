import type { Architecture } from "@docker-machine/cloud-image";

/** How a guest's instructions are run, in the words of `-accel`. */
export type Accelerator = "kvm" | "hvf" | "whpx" | "tcg";

/** An accelerator with the options it is used with. */
export interface Acceleration {
  readonly name: Accelerator;
  /** `-accel` and `-cpu`. */
  readonly args: readonly string[];
}

/**
 * Emulation, which works everywhere. `thread=multi` is one thread a virtual processor. `pauth-impdef`: pointers are authenticated by an algorithm that is fast to
 * emulate (QEMU's docs/system/arm/cpu-features.rst).
 */
export function emulation(architecture: Architecture): Acceleration {
  const cpu = architecture === "amd64" ? "max" : "max,pauth-impdef=on";
  return { name: "tcg", args: ["-accel", "tcg,thread=multi", "-cpu", cpu] };
}

/**
 * What may run guests of `guest` on this computer's own processor, the best first.
 *
 * @param platform Node's word
 * @param processor this computer's architecture; Node's word, `x64` or `arm64`
 */
export function hardwareAccelerations(
  guest: Architecture,
  platform: NodeJS.Platform,
  processor: NodeJS.Architecture,
): readonly Acceleration[] {
  if (guest !== (processor === "x64" ? "amd64" : processor)) return [];
  if (platform === "linux") return [{ name: "kvm", args: ["-accel", "kvm", "-cpu", "host"] }];
  if (platform === "darwin") return [{ name: "hvf", args: ["-accel", "hvf", "-cpu", "host"] }];
  return platform === "win32" ? windowsAccelerations(guest) : [];
}

/**
 * WHPX loses interrupts with its own APIC on many computers (https://gitlab.com/qemu-project/qemu/-/issues/346), but has no other on arm64.
 * It takes `-cpu host` only in newer QEMUs; the model without a name, in all of them.
 */
function windowsAccelerations(guest: Architecture): readonly Acceleration[] {
  const accelerator = guest === "amd64" ? "whpx,kernel-irqchip=off" : "whpx";
  return [["-cpu", "host"], guest === "amd64" ? [] : ["-cpu", "max"]].map((cpu) => ({
    name: "whpx",
    args: ["-accel", accelerator, ...cpu],
  }));
}
