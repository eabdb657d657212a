import { constants } from "node:fs";
import { copyFile, link, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CloudImage, ImageFormat } from "@docker-machine/cloud-image";
import { convertImage, type ImageTool, readDiskImage } from "./disk-image.js";
import { exists } from "./exists.js";
import { machineFiles } from "./machine-files.js";

/** The image in the machine's folder that its disk stands on. */
export interface BaseImage {
  /** The file's name in the folder. */
  readonly name: string;
  readonly format: ImageFormat;
  readonly sizeBytes: number;
}

/**
 * Puts an image into the machine's folder, so that the machine lasts whatever becomes of the cache or of the user's file, and wherever the folder is moved.
 * One from the cache is linked, which takes no room; where that can't be done, as on another file system, it is copied. A file of the user's own may be
 * written to later by its owner, so it is always copied; one in several files becomes one.
 */
export async function placeBaseImage(tool: ImageTool, image: CloudImage, directory: string): Promise<BaseImage> {
  const { format, needsOtherFiles, sizeBytes } = { ...(await readDiskImage(tool, image.path, image.format)), format: image.format };
  const placed: ImageFormat = needsOtherFiles ? "qcow2" : format;
  const name = machineFiles(directory).imageName(placed);
  const path = join(directory, name);
  if (!(await exists(path))) {
    if (needsOtherFiles) await convertImage(tool, image, path);
    else await placeFile(image.path, path, image.digest === undefined ? "copy" : "link");
  }
  return { name, format: placed, sizeBytes };
}

async function placeFile(from: string, to: string, way: "link" | "copy"): Promise<void> {
  const unfinished = `${to}.new`;
  await rm(unfinished, { force: true });
  const linked = way === "link" && (await isLinked(from, unfinished));
  // A clone shares its blocks with the original until one of them is written to, where the file system can do that.
  if (!linked) await copyFile(from, unfinished, constants.COPYFILE_FICLONE);
  await rename(unfinished, to);
}

function isLinked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    () => false,
  );
}
