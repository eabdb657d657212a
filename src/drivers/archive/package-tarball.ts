import { mkdir } from "node:fs/promises";
import { basename, sep } from "node:path";
import type { ReadEntry } from "tar";
import { MachineError, messageOf } from "../../errors.js";
import { unwritable } from "../../files/atomic-file.js";
import { ArchiveMeter, type TreeBudget } from "./archive-limits.js";
import { readArchive } from "./read-archive.js";

/** A packed package whose entries were all looked at. */
export interface PackageTarball {
  readonly file: string;
  /** The text of its package.json. */
  readonly manifestText: string;
}

const PLAIN_TYPES = ["File", "OldFile", "ContiguousFile", "Directory"];
const MANIFEST_BYTES = 1024 * 1024;
/** What npm gives a file at least; the process's umask takes away from it. */
const FILE_MODE = 0o666;
/** Without the bits that let a file run as its owner. */
const PERMISSIONS = 0o777;

/**
 * Looks at every entry of a package's tarball, unpacks nothing, and reads its package.json. Entries are refused rather than left out, so what runs is what was packed.
 * Reading stops at the first entry that is refused, or where a limit is passed (archive-limits.ts).
 *
 * @param source the canonical source, for messages
 * @throws {MachineError} `DRIVER_TARBALL_UNSAFE` for a link, a device or a path that leads out, naming it; `DRIVER_TOO_LARGE`; `DRIVER_TARBALL_INVALID` for a damaged one
 */
export async function inspectTarball(file: string, source: string): Promise<PackageTarball> {
  const { Parser } = await import("tar/parse");
  const meter = new ArchiveMeter(source);
  const texts: Promise<string>[] = [];
  const files = new Set<string>();
  let entryCount = 0;
  const filter = (_path: string, entry: object) => {
    entryCount += 1;
    const { path, size, type, linkpath } = entry as ReadEntry;
    const problem = problemWithEntry({ path, type, linkpath });
    if (problem !== undefined) throw unsafe(source, path, problem);
    meter.addEntry({ path, size });
    if (type === "Directory") return true;
    // Which of two files counts depends on who reads the archive.
    const place = placeOf(path);
    if (files.has(place)) throw unsafe(source, path, "is in it twice");
    files.add(place);
    return true;
  };
  const onReadEntry = (entry: ReadEntry) => {
    const isManifest = /^[^/]+\/package\.json$/.test(entry.path.replace(/^\.\//, "")) && entry.size <= MANIFEST_BYTES;
    if (isManifest) texts.push(entry.concat().then(String));
    else entry.resume();
  };
  try {
    await readArchive(file, new Parser({ strict: true, filter, onReadEntry }), meter);
  } catch (error) {
    throw error instanceof MachineError ? error : damaged(source, messageOf(error), error);
  }
  if (entryCount === 0) throw damaged(source, "it is not a tar archive, or an empty one");
  const manifestText = (await Promise.all(texts))[0];
  if (manifestText === undefined) {
    throw new MachineError("DRIVER_NOT_A_DRIVER", `${source} holds no package.json, so it is not a docker-machine driver.`, {
      suggestions: ["A tarball made by `npm pack` has it. In a repository it is in the top folder."],
    });
  }
  return { file, manifestText };
}

/**
 * Unpacks an inspected tarball into a new folder, without its first path part.
 *
 * @throws {MachineError} `FILE_UNWRITABLE`
 */
export async function unpackTarball(tarball: PackageTarball, folder: string): Promise<void> {
  const { extract } = await import("tar/extract");
  const filter = (_path: string, entry: object) => {
    if ("mode" in entry && typeof entry.mode === "number") entry.mode &= PERMISSIONS;
    return true;
  };
  try {
    await mkdir(folder, { recursive: true });
    await extract({ file: tarball.file, cwd: folder, strip: 1, strict: true, preserveOwner: false, noMtime: true, filter });
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/**
 * Unpacks a dependency's tarball into a new folder as npm does: files alone, and a .gitignore as .npmignore. Links, and what leads out of the folder, are left out.
 *
 * @param budget what all dependencies come to
 * @throws {MachineError} `DRIVER_TOO_LARGE`, `FILE_UNWRITABLE`
 */
export async function unpackDependency(file: string, folder: string, budget: TreeBudget): Promise<void> {
  const { extract } = await import("tar/extract");
  // All of it is measured first: what was begun to be unpacked could not be stopped at once.
  await measureDependency(file, `in ${shownFolder(folder)}`, budget);
  const ownIgnores = new Set<string>();
  const filter = (_path: string, entry: object) => "type" in entry && prepareAsNpm(entry as ReadEntry, ownIgnores);
  try {
    await mkdir(folder, { recursive: true });
    await extract({ file, cwd: folder, strip: 1, preserveOwner: false, noMtime: true, noChmod: true, filter });
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/**
 * Holds a dependency's tarball against the limits.
 *
 * @throws {MachineError} `DRIVER_TOO_LARGE`
 */
export async function measureDependency(file: string, name: string, budget: TreeBudget): Promise<void> {
  const { Parser } = await import("tar/parse");
  const meter = new ArchiveMeter(`The dependency ${name}`, budget);
  const filter = (_path: string, entry: object) => {
    meter.addEntry(entry as ReadEntry);
    return true;
  };
  await readArchive(file, new Parser({ filter, onReadEntry: (entry) => entry.resume() }), meter);
}

/** A dependency by the folder that it is unpacked into. */
function shownFolder(folder: string): string {
  return folder
    .split(sep)
    .join("/")
    .replace(/^.*?(?=\/node_modules\/)\//, "");
}

/** Changes an entry as npm does before it is unpacked, and tells whether it is unpacked at all. */
function prepareAsNpm(entry: ReadEntry, ownIgnores: Set<string>): boolean {
  if (!entry.type.endsWith("File")) return false;
  entry.mode = ((entry.mode ?? 0) & PERMISSIONS) | FILE_MODE;
  const name = basename(entry.path);
  if (name === ".npmignore") ownIgnores.add(entry.path);
  if (name !== ".gitignore") return true;
  const renamed = entry.path.replace(/gitignore$/, "npmignore");
  entry.path = renamed;
  return !ownIgnores.has(renamed);
}

/**
 * What keeps an archive's entry from being unpacked.
 *
 * @param type as tar's library calls it
 * @returns what it is, to be said after its name; undefined if nothing is wrong
 */
export function problemWithEntry({
  path,
  type,
  linkpath,
}: {
  path: string;
  type: string;
  linkpath?: string | undefined;
}): string | undefined {
  if (/Link$/.test(type)) return `is a link to ${JSON.stringify(linkpath ?? "")}`;
  if (!PLAIN_TYPES.includes(type)) return `is a ${type}, not a file`;
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path)) return "has an absolute path";
  if (path.split(/[/\\]/).includes("..")) return "leads out of its folder";
  return undefined;
}

/** Where an entry is unpacked to: without the first part of its path. */
function placeOf(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.slice(1).join("/");
}

/** The refusal of a hostile entry. */
export function unsafe(source: string, path: string, problem: string): MachineError {
  return new MachineError("DRIVER_TARBALL_UNSAFE", `${source} was refused: its entry ${JSON.stringify(path)} ${problem}.`, {
    suggestions: [
      "Tell the driver's author. In a git repository, a link can be left out of the driver by a line `PATH export-ignore` in .gitattributes.",
    ],
  });
}

/** The refusal of what can't be read. */
export function damaged(source: string, problem: string, cause?: unknown): MachineError {
  return new MachineError("DRIVER_TARBALL_INVALID", `${source} can't be unpacked: ${problem}.`, {
    cause,
    suggestions: ["Try again. If it stays, the file is damaged where it comes from."],
  });
}
