import type { Host } from "@docker-machine/driver-sdk";
import type { Qemu } from "./find-qemu.js";

/** How a guest's instructions are run, in the words of `-accel`. */
export type Accelerator = "kvm" | "hvf" | "whpx" | "tcg";

/** What trying accelerators needs of a driver's host. */
export type AcceleratorHost = Pick<Host, "run" | "log" | "signal" | "withLock" | "cacheDirectory">;

/**
 * The fastest accelerator that really runs an ordinary guest: each is tried with a tiny program that enters the mode kernels run in. The answer is kept for a day
 * for this QEMU, boot and processor. TCG, which always works, comes with one warning about speed.
 *
 * @param wish the user's choice; `auto` tries
 * @throws {DriverError} `ACCELERATOR_UNUSABLE` if the one wished for does not work, with QEMU's words and the fix
 */
export async function chooseAccelerator(_qemu: Qemu, _wish: Accelerator | "auto", _host: AcceleratorHost): Promise<Accelerator> {
  throw new Error("not written yet");
}
