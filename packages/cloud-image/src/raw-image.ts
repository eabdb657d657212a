import { createHash, randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { type FileHandle, mkdir, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DriverError } from "@docker-machine/driver-sdk";
import type { CloudImage, ImageHost } from "./cloud-image.js";
import type { Qcow2Header } from "./qcow2/qcow2-header.js";

/** The folder in the cache for what was made of the users' own files. */
const OWN_FILES = "raw-images";

/**
 * The same image as a raw, sparse file, which is kept: beside an image of the cache; for a user's own file in the cache, until that file
 * changes. A raw image is returned as it is. Processes that want the same one at the same time convert it once.
 *
 * @throws {DriverError} `IMAGE_FORMAT_UNSUPPORTED`, `IMAGE_DAMAGED`, `IMAGE_DISK_FULL`, `OPERATION_ABORTED`, `LOCK_TIMEOUT`
 */
export async function rawImage(image: CloudImage, host: ImageHost): Promise<CloudImage> {
  if (image.format === "raw") return image;
  if (image.format !== "qcow2") {
    throw new DriverError(
      "IMAGE_FORMAT_UNSUPPORTED",
      `The image ${image.name} is ${image.format}, which can't be made into a raw disk here.`,
      {
        suggestions: [`Convert it, and name the new file: qemu-img convert -O raw ${image.path} NEW.raw`],
      },
    );
  }
  const place = await rawPlace(image, host);
  const lock = `cloud-image-raw-${place.family ?? shortHash(place.path)}`;
  await host.withLock(lock, { subject: `the disk image ${image.name}` }, async () => {
    const source = await open(image.path, "r");
    try {
      await convert(image, source, place, host);
    } finally {
      await source.close();
    }
  });
  return { ...image, path: place.path, format: "raw" };
}

/** Where the raw file is kept. `family`: the beginning of the names of all that were made of the same file of the user's. */
interface RawPlace {
  readonly path: string;
  readonly family?: string;
}

/** An image with a digest never changes. A file of the user's may, and its folder isn't ours. */
async function rawPlace({ digest, path }: CloudImage, host: ImageHost): Promise<RawPlace> {
  if (digest !== undefined) return { path: `${path}.raw` };
  const family = shortHash(await realpath(path));
  const directory = join(host.cacheDirectory, OWN_FILES);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return { path: join(directory, `${family}-${versionOf(await stat(path))}.raw`), family };
}

function versionOf({ ino, mtimeMs, size }: Stats): string {
  return shortHash(JSON.stringify([ino, mtimeMs, size]));
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

async function convert(image: CloudImage, handle: FileHandle, place: RawPlace, host: ImageHost): Promise<void> {
  const [{ HEADER_BYTES, parseQcow2Header }, { size }] = await Promise.all([import("./qcow2/qcow2-header.js"), handle.stat()]);
  const head = Buffer.alloc(Math.min(HEADER_BYTES, size));
  await handle.read(head, 0, head.length, 0);
  const header = parseQcow2Header(head, image.name);
  const present = await stat(place.path).catch(() => undefined);
  if (present?.size === header.guestBytes) return;
  const directory = dirname(place.path);
  await removeOthers(directory, (name) => isLeftOver(name, place));
  const part = `${place.path}.${randomUUID()}.part`;
  try {
    const target = await open(part, "wx", 0o600);
    try {
      await copy({ image, header, source: handle, sourceBytes: size, target, directory }, host);
      await target.sync();
    } finally {
      await target.close();
    }
    await rename(part, place.path);
  } catch (error) {
    throw await orDiskFull(error, image.name, directory);
  } finally {
    await rm(part, { force: true });
  }
}

async function orDiskFull(error: unknown, name: string, directory: string): Promise<unknown> {
  if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) return error;
  const { diskFull } = await import("./download/disk-space.js");
  return diskFull(name, directory, "found no more room for its raw form", error);
}

interface Conversion {
  readonly image: CloudImage;
  readonly header: Qcow2Header;
  readonly source: FileHandle;
  readonly sourceBytes: number;
  readonly target: FileHandle;
  readonly directory: string;
}

/** The tables are gone through twice: first to know how much there is, for the disk's room and the progress. */
async function copy({ directory, header, image, source, sourceBytes, target }: Conversion, host: ImageHost): Promise<void> {
  const [{ clusterMap }, { copyGuestDisk }, { checkDiskSpace }] = await Promise.all([
    import("./qcow2/cluster-map.js"),
    import("./qcow2/copy-guest-disk.js"),
    import("./download/disk-space.js"),
  ]);
  const file = { handle: source, bytes: sourceBytes, name: image.name };
  let total = 0;
  for await (const piece of clusterMap(file, header)) total += piece.guestBytes;
  await checkDiskSpace({ directory, bytes: total, name: image.name });
  let copied = 0;
  let shown = -1;
  const onCopied = (bytes: number) => {
    copied += bytes;
    const percent = Math.floor((copied / total) * 20) * 5;
    if (percent !== shown) host.progress(`Converting ${image.name} to a raw disk: ${percent} %`);
    shown = percent;
  };
  await copyGuestDisk({ file, header, target, signal: host.signal, onCopied });
}

/** Parts of a process that was killed, and what was made of an earlier version of the user's file. Under the lock, nobody writes them. */
function isLeftOver(name: string, { family, path }: RawPlace): boolean {
  if (family !== undefined) return name.startsWith(`${family}-`);
  return name.startsWith(`${basename(path)}.`) && name.endsWith(".part");
}

async function removeOthers(directory: string, isOther: (name: string) => boolean): Promise<void> {
  for (const name of (await readdir(directory)).filter(isOther)) {
    // On Windows a file that somebody reads stays.
    await rm(join(directory, name), { force: true }).catch(() => undefined);
  }
}
