import type { Architecture } from "@docker-machine/cloud-image";
import type { Host } from "@docker-machine/driver-sdk";

/** A QEMU on this computer. */
export interface Qemu {
  /** The absolute path of `qemu-system-…`. */
  readonly path: string;
  /** The guests it runs. */
  readonly architecture: Architecture;
  /** As it tells it: `7.2.22`. */
  readonly version: string;
  /** The first number of {@link version}, for what changed between versions. */
  readonly majorVersion: number;
  /** The absolute path of its `qemu-img`. */
  readonly imageToolPath: string;
}

/** What looking for QEMU needs of a driver's host. */
export type FindHost = Pick<Host, "run" | "log">;

/**
 * Finds the QEMU for an architecture: on PATH, then where Homebrew, MacPorts and Windows' installers put it.
 *
 * @throws {DriverError} `QEMU_NOT_FOUND` (says how to install it on this system), `QEMU_TOO_OLD` (before 6.0), `QEMU_BROKEN`
 */
export async function findQemu(_architecture: Architecture, _host: FindHost): Promise<Qemu> {
  throw new Error("not written yet");
}
