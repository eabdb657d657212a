import { stat } from "node:fs/promises";
import { DriverError } from "@docker-machine/driver-sdk";
import type { CloudImage, ImageHost } from "./cloud-image.js";
import type { FileImage, ImageSource } from "./image-source.js";

/**
 * Brings an image onto this computer: fetches and verifies it, or takes it from the cache; a file of the user's own is only looked at.
 * Processes that want the same image at the same time fetch it once, and an interrupted download goes on where it ended.
 *
 * @throws {DriverError} `IMAGE_…` (see `docs/errors.md`), `OPERATION_ABORTED`, `LOCK_TIMEOUT`
 */
export async function obtainImage(source: ImageSource, host: ImageHost): Promise<CloudImage> {
  if (source.kind === "file") return await usersImage(source);
  const { obtainDownload } = await import("./obtain-download.js");
  return await obtainDownload(source, host);
}

async function usersImage({ name, path }: FileImage): Promise<CloudImage> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(path, cause.code === "ENOENT" ? "There is no such file." : cause.message, cause);
  });
  if (!found.isFile()) throw unreadable(path, found.isDirectory() ? "It is a folder." : "It is not a file.");
  const { readImageFormat } = await import("./image-format.js");
  try {
    return { path, format: await readImageFormat(path, name), name };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw unreadable(path, (error as Error).message, error);
  }
}

function unreadable(path: string, problem: string, cause?: unknown): DriverError {
  return new DriverError("IMAGE_FILE_UNREADABLE", `The image ${path} can't be read. ${problem}`, {
    cause,
    suggestions: ["Name the file of a disk image (qcow2, VMDK, VDI, VHD, or raw), or one of the images with a name, such as debian-13."],
  });
}
