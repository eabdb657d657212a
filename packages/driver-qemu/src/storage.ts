import { copyFile, open, rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { type Architecture, type CloudImage, findImage, type ImageFormat, type ImageHost, obtainImage } from "@docker-machine/cloud-image";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import { placeBaseImage } from "./base-image.js";
import { type ImageTool, makeEmptyDisk, makeOverlay, readDiskImage } from "./disk-image.js";
import { exists } from "./exists.js";
import { parseExtraDisk } from "./extra-disk-option.js";
import type { Qemu } from "./find-qemu.js";
import type { Firmware } from "./firmware.js";
import { machineFiles } from "./machine-files.js";
import type { QemuOptions } from "./options.js";
import type { ExtraDiskState } from "./state.js";

const FORMATS: readonly string[] = ["qcow2", "raw", "vmdk", "vdi", "vpc"] satisfies readonly ImageFormat[];

/** What making a machine's files needs. */
export interface StorageRequest {
  readonly directory: string;
  readonly options: QemuOptions;
  readonly qemu: Qemu;
  readonly host: Host;
}

/**
 * Makes the machine's disk of its image, unless it is there.
 *
 * @returns the image that it was made of; `undefined` if there was nothing to do
 */
export async function makeDisk(request: StorageRequest, architecture: Architecture): Promise<CloudImage | undefined> {
  const { directory, options, host } = request;
  const files = machineFiles(directory);
  if (await exists(files.disk)) return undefined;
  const image = await bringImage(options, architecture, host);
  host.progress("Making the disk");
  const base = await placeBaseImage(request, image, directory);
  await makeOverlay(request, files.disk, base, options.diskSize);
  return image;
}

async function bringImage(options: QemuOptions, architecture: Architecture, host: ImageHost): Promise<CloudImage> {
  return obtainImage(imageSource(options, architecture), host);
}

/**
 * Reads the wish for an image. The kernels of some distributions' small images lack the 9p file system, so with shared folders it is the larger one.
 *
 * @throws {DriverError} `IMAGE_…`
 */
export function imageSource({ image, sharedFolders }: QemuOptions, architecture: Architecture): ReturnType<typeof findImage> {
  return findImage(image, { architecture, hardware: sharedFolders.length > 0 ? "emulated" : "virtio" });
}

/** Makes the empty disks that the user wishes for, and looks at the existing ones. */
export async function makeExtraDisks(request: StorageRequest): Promise<readonly ExtraDiskState[]> {
  const files = machineFiles(request.directory);
  const disks: ExtraDiskState[] = [];
  for (const [index, text] of request.options.extraDisks.entries()) {
    const wish = parseExtraDisk(text);
    if ("file" in wish) disks.push(await existingDisk(request, wish.file));
    else {
      const path = files.extraDisk(index);
      if (!(await exists(path))) await makeEmptyDisk(request, path, wish.sizeMb);
      disks.push({ Format: "qcow2" });
    }
  }
  return disks;
}

async function existingDisk(tool: ImageTool, file: string): Promise<ExtraDiskState> {
  const path = resolve(file);
  const { format } = await readDiskImage(tool, path);
  if (isImageFormat(format)) return { Path: path, Format: format };
  throw new DriverError(
    "DISK_IMAGE_UNREADABLE",
    `The disk image ${JSON.stringify(path)} has the format ${format}, which is not supported.`,
    {
      suggestions: [`qemu-img convert -O qcow2 ${path} ${path}.qcow2`, `--qemu-extra-disk ${path}.qcow2`],
    },
  );
}

function isImageFormat(format: string): format is ImageFormat {
  return FORMATS.includes(format);
}

/** Whether the guest is booted by UEFI: arm64 computers have nothing else. */
export function usesUefi({ firmware }: QemuOptions, architecture: Architecture): boolean {
  return firmware === "uefi" || (firmware === "auto" && architecture === "arm64");
}

/** Makes the machine's own copy of UEFI's variables, unless it is there. */
export async function makeFirmwareVariables(directory: string, { variablesTemplatePath, sizeBytes }: Firmware): Promise<string> {
  const path = machineFiles(directory).firmwareVariables;
  if (await exists(path)) return path;
  const unfinished = `${path}.new`;
  if (variablesTemplatePath !== undefined) await copyFile(variablesTemplatePath, unfinished);
  else {
    await rm(unfinished, { force: true });
    const file = await open(unfinished, "wx", 0o600);
    await file.truncate(sizeBytes);
    await file.close();
  }
  await rename(unfinished, path);
  return path;
}

/** Removes all of the machine's own files that QEMU uses. A disk that the user has brought stays. */
export async function removeStorage(directory: string, extraDisks: number): Promise<void> {
  const files = machineFiles(directory);
  const images = FORMATS.map((format) => resolve(directory, files.imageName(format as ImageFormat)));
  const made = [
    ...images,
    files.disk,
    files.seed,
    files.firmwareVariables,
    ...Array.from({ length: extraDisks }, (_, index) => files.extraDisk(index)),
  ];
  for (const path of made.flatMap((file) => [file, `${file}.new`])) await rm(path, { force: true });
}
