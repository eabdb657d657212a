import { statfs } from "node:fs/promises";
import { DriverError } from "@docker-machine/driver-sdk";
import { shownSize } from "./shown-size.js";

/** What is to be written, and where. */
export interface DiskNeed {
  readonly directory: string;
  readonly bytes: number;
  /** What it is for: the image's name. */
  readonly name: string;
}

/**
 * Checks that a disk has room, as far as it tells.
 *
 * @throws {DriverError} `IMAGE_DISK_FULL`
 */
export async function checkDiskSpace({ directory, bytes, name }: DiskNeed): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free < bytes) throw diskFull(name, directory, `needs ${shownSize(bytes)}, and ${shownSize(free)} are free`);
}

/** The error of an image that has no room. */
export function diskFull(name: string, directory: string, problem: string, cause?: unknown): DriverError {
  return new DriverError("IMAGE_DISK_FULL", `The image ${name} ${problem} in ${directory}.`, {
    cause,
    suggestions: [`Make room there; what is no longer needed of ${directory} may be deleted.`],
  });
}
