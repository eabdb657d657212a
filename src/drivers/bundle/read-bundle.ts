import { createReadStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import type { ReadEntry } from "tar";
import { MachineError, messageOf } from "../../errors.js";
import { unwritable } from "../../files/atomic-file.js";
import { ArchiveMeter } from "../archive/archive-limits.js";
import { readArchive } from "../archive/read-archive.js";
import { LISTING } from "../tree/tree-listing.js";
import { type BundleContent, invalidBundle, MANIFEST_ENTRY } from "./bundle-manifest.js";

const PLAIN_TYPES = ["File", "OldFile"];
const TEXT_BYTES = 64 * 1024 * 1024;
/** Where a tar header has the entry's path (POSIX.1-1988, ustar). */
const NAME_BYTES = 100;
/** Without the bits that let a file run as its owner. */
const PERMISSIONS = 0o777;

/** Whether a file is a bundle of drivers, by its first entry. What can't be read is none. */
export async function isBundle(file: string): Promise<boolean> {
  const packed = createReadStream(file, { end: 64 * 1024 });
  const unpacked = packed.on("error", (error) => unpacked.destroy(error)).pipe(createGunzip());
  let head = Buffer.alloc(0);
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= NAME_BYTES) break;
    }
  } catch {
    // What came until then decides.
  }
  packed.destroy();
  const end = head.indexOf(0);
  return head.subarray(0, Math.min(end < 0 ? NAME_BYTES : end, NAME_BYTES)).toString() === MANIFEST_ENTRY;
}

/**
 * Reads the headers of a bundle, its manifest and its listings; unpacks nothing. Reading stops at the first entry that isn't a plain file.
 *
 * @throws {MachineError} `BUNDLE_INVALID`, `DRIVER_TOO_LARGE`
 */
export async function inspectBundle(file: string): Promise<BundleContent> {
  const { Parser } = await import("tar/parse");
  const sizes = new Map<string, number>();
  const texts = new Map<string, Promise<string>>();
  const filter = (path: string, entry: object) => {
    const { type, size } = entry as ReadEntry;
    if (!PLAIN_TYPES.includes(type)) throw invalidBundle(file, `its entry ${JSON.stringify(path)} is a ${type}, not a file`);
    if (sizes.has(path)) throw invalidBundle(file, `its entry ${JSON.stringify(path)} is in it twice`);
    meter.addEntry({ path, size });
    sizes.set(path, size);
    return true;
  };
  const onReadEntry = (entry: ReadEntry) => {
    const isText = entry.path === MANIFEST_ENTRY || (/^[^/]+\/[^/]+\/[^/]+$/.test(entry.path) && entry.path.endsWith(`/${LISTING}`));
    if (isText && entry.size <= TEXT_BYTES) texts.set(entry.path, entry.concat().then(String));
    else entry.resume();
  };
  const meter = new ArchiveMeter(`The bundle ${file}`);
  await read(file, () => readArchive(file, new Parser({ strict: true, filter, onReadEntry }), meter));
  const known = await Promise.all([...texts].map(async ([path, text]) => [path, await text] as const));
  return { sizes, texts: new Map(known) };
}

/**
 * Unpacks an inspected bundle into a new folder.
 *
 * @throws {MachineError} `BUNDLE_INVALID`, `FILE_UNWRITABLE`
 */
export async function unpackBundle(file: string, folder: string): Promise<void> {
  const { Unpack } = await import("tar/unpack");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const filter = (_path: string, entry: object) => {
    const read = entry as ReadEntry;
    read.mode = (read.mode ?? 0) & PERMISSIONS;
    return true;
  };
  const unpack = new Unpack({ cwd: folder, strict: true, preserveOwner: false, noMtime: true, filter });
  await read(file, () => readArchive(file, unpack, new ArchiveMeter(`The bundle ${file}`)), folder);
}

async function read(file: string, action: () => Promise<void>, folder = file): Promise<void> {
  try {
    await action();
  } catch (error) {
    const known = unwritable(folder, error);
    throw known instanceof MachineError ? known : invalidBundle(file, messageOf(error), error);
  }
}
