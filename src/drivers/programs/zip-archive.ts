import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { ArchiveMeter } from "../archive/archive-limits.js";
import { type ArchiveEntry, ArchiveListing } from "./archive-listing.js";
import type { PackedProgram } from "./program-archive.js";

/** The kinds of files in the upper half of a zip entry's attributes, as Unix has them. */
const KIND_MASK = 0o170000;
const KINDS: ReadonlyMap<number, string> = new Map([
  [0, "File"],
  [0o100000, "File"],
  [0o040000, "Directory"],
  [0o120000, "SymbolicLink"],
]);

/**
 * Takes one file out of a zip archive, after every entry was looked at.
 *
 * @param choose picks it from the archive's files
 * @returns its path in the archive
 * @throws {MachineError} as `takeProgram`, or what yauzl or `choose` throws
 */
export async function takeFromZip(
  { file, subject }: PackedProgram,
  target: string,
  choose: (entries: readonly ArchiveEntry[]) => string,
): Promise<string> {
  const zip = await yauzl.openPromise(file, { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true });
  try {
    const entries = await listZip(zip, subject, (await stat(file)).size);
    const path = choose([...entries.keys()]);
    const entry = [...entries].find(([listed]) => listed.path === path)?.[1];
    if (entry === undefined) throw new Error(`it has no ${path}`);
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { mode: 0o600 }));
    return path;
  } finally {
    zip.close();
  }
}

async function listZip(zip: ZipFile, subject: string, packedBytes: number): Promise<Map<ArchiveEntry, Entry>> {
  const meter = new ArchiveMeter(subject);
  const listing = new ArchiveListing(subject, meter);
  const entries = new Map<ArchiveEntry, Entry>();
  for await (const entry of zip.eachEntry()) {
    // Without decoding, yauzl leaves the name as bytes; old encodings have the same letters as a program's name.
    const path = String(entry.fileName);
    const listed = { path, size: entry.uncompressedSize };
    listing.add(listed, { type: kindOf(entry, path), linkpath: "somewhere" });
    meter.addBytes(entry.uncompressedSize, packedBytes);
    entries.set(listed, entry);
  }
  return entries;
}

function kindOf({ externalFileAttributes }: Entry, path: string): string {
  if (path.endsWith("/")) return "Directory";
  const mode = (externalFileAttributes >>> 16) & KIND_MASK;
  return KINDS.get(mode) ?? "special file";
}
