import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { createGunzip } from "node:zlib";
import type { ReadEntry } from "tar";
import { MachineError, messageOf } from "../../errors.js";
import { ArchiveMeter } from "../archive/archive-limits.js";
import { damaged } from "../archive/package-tarball.js";
import { readArchive } from "../archive/read-archive.js";
import { type ArchiveEntry, ArchiveListing } from "./archive-listing.js";
import { PROGRAM_PREFIX, type ProgramFormat, parseAssetName } from "./asset-names.js";
import { listed } from "./program-errors.js";

/** A packed program, whose hash was verified. */
export interface PackedProgram {
  readonly file: string;
  readonly format: ProgramFormat;
  /** The driver's name as the asset's name tells it; empty if it doesn't. */
  readonly driver: string;
  /** A private folder for what is unpacked. */
  readonly scratch: string;
  /** The canonical source with the asset's name, for messages. */
  readonly subject: string;
}

/** A program taken out of what it was packed in. */
export interface UnpackedProgram {
  readonly file: string;
  /** The driver's name as the program's own name tells it; empty if it doesn't. */
  readonly driver: string;
}

/**
 * Takes a program out of its archive: that one file alone, after every entry was looked at. Nothing else is unpacked, nothing is run.
 *
 * @throws {MachineError} `DRIVER_TARBALL_UNSAFE`, `DRIVER_TARBALL_INVALID`, `DRIVER_TOO_LARGE`, `PROGRAM_NOT_IN_ARCHIVE`
 */
export async function takeProgram(packed: PackedProgram): Promise<UnpackedProgram> {
  const { format, scratch, driver, file, subject } = packed;
  const program = join(scratch, "program");
  await mkdir(scratch, { recursive: true });
  try {
    switch (format) {
      case "plain":
        await copyFile(file, program);
        return { file: program, driver };
      case "gz":
      case "xz":
        await unpackStream(packed, format, program);
        return { file: program, driver };
      case "tar.xz":
        await unpackStream(packed, "xz", join(scratch, "program.tar"));
        return await takeFromTar({ ...packed, file: join(scratch, "program.tar") }, program);
      case "tar":
      case "tar.gz":
        return await takeFromTar(packed, program);
      case "zip": {
        const { takeFromZip } = await import("./zip-archive.js");
        const path = await takeFromZip(packed, program, (entries) => findProgram(entries, packed));
        return { file: program, driver: driverOf(path) };
      }
    }
  } catch (error) {
    throw error instanceof MachineError ? error : damaged(subject, messageOf(error), error);
  }
}

/** The one entry that is the program, among an archive's files. */
function findProgram(entries: readonly ArchiveEntry[], { driver, subject }: PackedProgram): string {
  const programs = entries.filter(({ path }) => parseAssetName(basename(path)) !== undefined);
  const meant = driver === "" ? programs : programs.filter(({ path }) => driverOf(path) === driver);
  const [only, ...others] = meant;
  if (only !== undefined && others.length === 0) return only.path;
  const name = `${PROGRAM_PREFIX}${driver || "NAME"}`;
  const problem = only === undefined ? `no program ${name}` : `several programs ${name}, and which is meant can't be told`;
  throw new MachineError("PROGRAM_NOT_IN_ARCHIVE", `${subject} can't be used as a driver: it holds ${problem}.`, {
    suggestions: [
      `It holds: ${listed((meant.length > 0 ? meant : entries).map(({ path }) => path))}`,
      "Check that this is the right repository, or tell its author.",
    ],
  });
}

function driverOf(path: string): string {
  return parseAssetName(basename(path))?.driver ?? "";
}

async function unpackStream({ file, subject }: PackedProgram, format: "gz" | "xz", target: string): Promise<void> {
  const meter = new ArchiveMeter(subject);
  const { size } = await stat(file);
  const count = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      meter.addBytes(chunk.length, size);
      yield chunk;
    }
  };
  const unpacked = format === "gz" ? createReadStream(file).pipe(createGunzip()) : await unpackXz(file);
  await pipeline(unpacked, count, createWriteStream(target, { mode: 0o600 }));
}

/** What the library tells by number (xz.h of XZ Embedded). */
const XZ_UNSUPPORTED = 6;

async function unpackXz(file: string): Promise<Readable> {
  const { default: library } = await import("xz-decompress");
  const packed = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
  const unpacked = Readable.fromWeb(new library.XzReadableStream(packed as never) as never);
  return Readable.from(explainXz(unpacked));
}

async function* explainXz(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    const isUnsupported = messageOf(error).endsWith(`code ${XZ_UNSUPPORTED}`);
    throw new Error(
      isUnsupported ? "it is packed by xz with a filter or check other than the usual ones" : "it is damaged, or not packed by xz",
      {
        cause: error,
      },
    );
  }
}

async function takeFromTar(packed: PackedProgram, target: string): Promise<UnpackedProgram> {
  const { file, scratch } = packed;
  const path = findProgram(await listTar(packed), packed);
  const { extract } = await import("tar/extract");
  const folder = join(scratch, "archive");
  await mkdir(folder);
  const filter = (name: string, entry: object) => {
    if (name !== path || !("mode" in entry)) return false;
    entry.mode = 0o600;
    return true;
  };
  await extract({ file, cwd: folder, strict: true, preserveOwner: false, noMtime: true, filter });
  await rename(join(folder, path), target);
  return { file: target, driver: driverOf(path) };
}

/** Looks at every entry, and refuses the archive for any that no honest one has. */
async function listTar({ file, subject }: PackedProgram): Promise<ArchiveEntry[]> {
  const { Parser } = await import("tar/parse");
  const meter = new ArchiveMeter(subject);
  const listing = new ArchiveListing(subject, meter);
  const filter = (_path: string, entry: object) => {
    const { path, size, type, linkpath } = entry as ReadEntry;
    listing.add({ path, size }, { type, linkpath });
    return true;
  };
  await readArchive(file, new Parser({ strict: true, filter, onReadEntry: (entry) => entry.resume() }), meter);
  return listing.files;
}
