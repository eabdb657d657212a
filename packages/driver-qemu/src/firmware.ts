import type { Host } from "@docker-machine/driver-sdk";
import type { Qemu } from "./find-qemu.js";

/** UEFI firmware for a guest, both for `-drive if=pflash`. */
export interface Firmware {
  /** Read only, may be shared. */
  readonly codePath: string;
  /** What each machine's own variables are a copy of; absent: an empty file of `variablesSizeBytes`. */
  readonly variablesTemplatePath?: string;
  readonly format: "raw" | "qcow2";
  /** `-machine virt` needs both flash files of this size. */
  readonly sizeBytes: number;
}

/**
 * Finds UEFI firmware without Secure Boot for `qemu`, as its firmware descriptors tell (QEMU's docs/interop/firmware.json), then at the places where packages put it.
 *
 * @throws {DriverError} `QEMU_FIRMWARE_MISSING`, with the package to install
 */
export async function findFirmware(_qemu: Qemu, _host: Pick<Host, "run" | "log">): Promise<Firmware> {
  throw new Error("not written yet");
}
