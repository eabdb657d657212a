import { rename, rm } from "node:fs/promises";
import type { ImageFormat } from "@docker-machine/cloud-image";
import { DriverError, type Host } from "@docker-machine/driver-sdk";
import type { Qemu } from "./find-qemu.js";
import { optionText } from "./option-text.js";

/** What a disk image says about itself. */
export interface DiskImage {
  readonly format: string;
  /** The size of the disk that a guest sees, in bytes. */
  readonly sizeBytes: number;
  /** Whether some of its data is in another file. */
  readonly needsOtherFiles: boolean;
}

/** What `qemu-img` needs. */
export interface ImageTool {
  readonly qemu: Pick<Qemu, "imageToolPath">;
  readonly host: Pick<Host, "run">;
}

const MB = 1024 * 1024;

/**
 * Asks `qemu-img` about an image.
 *
 * @param format what it is known to be. Without it, its first bytes tell: never for a file that a guest can write to, which could make itself an image of another format that leads to any file of this computer
 * @throws {DriverError} `DISK_IMAGE_UNREADABLE`
 */
export async function readDiskImage({ qemu, host }: ImageTool, path: string, format?: ImageFormat): Promise<DiskImage> {
  const options = ["info", "--output=json", "--force-share", ...(format === undefined ? [] : ["-f", format]), path];
  const { stdout, stderr, exitCode } = await host.run(qemu.imageToolPath, options, { acceptedExitCodes: [0, 1] });
  const answer = exitCode === 0 ? parseInfo(stdout) : undefined;
  if (answer !== undefined) return answer;
  throw new DriverError(
    "DISK_IMAGE_UNREADABLE",
    `The disk image ${JSON.stringify(path)} can't be read: ${stderr.trim() || "qemu-img gave no answer"}`,
    {
      suggestions: [`qemu-img info ${path}`],
    },
  );
}

function parseInfo(text: string): DiskImage | undefined {
  try {
    const answer = JSON.parse(text) as Record<string, unknown>;
    const { format, "virtual-size": sizeBytes, "backing-filename": backing, "format-specific": specific } = answer;
    if (typeof format !== "string" || typeof sizeBytes !== "number") return undefined;
    const data = (specific as { readonly data?: Readonly<Record<string, unknown>> } | undefined)?.data;
    return { format, sizeBytes, needsOtherFiles: backing !== undefined || data?.["data-file"] !== undefined };
  } catch {
    return undefined;
  }
}

/** Makes an empty disk that takes room as it fills. */
export async function makeEmptyDisk(tool: ImageTool, path: string, sizeMb: number): Promise<void> {
  await beside(path, (unfinished) => imageTool(tool, ["create", "-q", "-f", "qcow2", unfinished, String(sizeMb * MB)]));
}

/**
 * Makes a disk that begins as `image` and keeps what differs from it.
 *
 * @param image a file in the folder of `path`, named without it, so that both can be moved together
 * @param sizeMb its least size; it is never smaller than the image
 */
export async function makeOverlay(
  tool: ImageTool,
  path: string,
  image: { readonly name: string; readonly format: ImageFormat; readonly sizeBytes: number },
  sizeMb: number,
): Promise<void> {
  const size = String(Math.max(sizeMb * MB, image.sizeBytes));
  const options = optionText("", { backing_file: image.name, backing_fmt: image.format });
  await beside(path, (unfinished) => imageTool(tool, ["create", "-q", "-f", "qcow2", "-o", options, unfinished, size]));
}

/** Writes what an image holds, with all its parts, into one file. */
export async function convertImage(
  tool: ImageTool,
  from: { readonly path: string; readonly format: ImageFormat },
  to: string,
): Promise<void> {
  await beside(to, (unfinished) => imageTool(tool, ["convert", "-q", "-f", from.format, "-O", "qcow2", from.path, unfinished]));
}

/** Removes a snapshot from the disk of a machine that isn't running. */
export async function deleteSnapshot(tool: ImageTool, path: string, tag: string): Promise<void> {
  // It ends with 1 when there is none.
  await tool.host.run(tool.qemu.imageToolPath, ["snapshot", "-q", "-d", tag, path], { acceptedExitCodes: [0, 1] });
}

async function imageTool({ qemu, host }: ImageTool, args: readonly string[]): Promise<void> {
  await host.run(qemu.imageToolPath, args);
}

async function beside(path: string, write: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = `${path}.new`;
  await rm(unfinished, { force: true });
  await write(unfinished);
  await rename(unfinished, path);
}
