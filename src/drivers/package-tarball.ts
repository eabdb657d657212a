import { mkdir } from "node:fs/promises";
import { basename } from "node:path";
import { MachineError, messageOf } from "../errors.js";

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

/**
 * Looks at every entry of a package's tarball, unpacks nothing, and reads its package.json. Entries are refused rather than left out, so what runs is what was packed.
 *
 * @param source the canonical source, for messages
 * @throws {MachineError} `DRIVER_TARBALL_UNSAFE` for a link, a device or a path that leads out, naming it; `DRIVER_TARBALL_INVALID` for a damaged one
 */
export async function inspectTarball(file: string, source: string): Promise<PackageTarball> {
  const { list } = await import("tar/list");
  const texts: Promise<string>[] = [];
  const problems: MachineError[] = [];
  let entryCount = 0;
  const onReadEntry = (entry: import("tar").ReadEntry) => {
    entryCount += 1;
    const problem = problemWithEntry(entry);
    if (problem !== undefined) problems.push(unsafe(source, entry.path, problem));
    else if (/^[^/]+\/package\.json$/.test(entry.path.replace(/^\.\//, "")) && entry.size <= MANIFEST_BYTES)
      texts.push(entry.concat().then(String));
  };
  try {
    await list({ file, strict: true, onReadEntry });
  } catch (error) {
    throw damaged(source, messageOf(error), error);
  }
  if (problems[0] !== undefined) throw problems[0];
  if (entryCount === 0) throw damaged(source, "it is not a tar archive, or an empty one");
  const manifestText = (await Promise.all(texts))[0];
  if (manifestText === undefined) {
    throw new MachineError("DRIVER_NOT_A_DRIVER", `${source} holds no package.json, so it is not a docker-machine driver.`, {
      suggestions: ["A tarball made by `npm pack` has it. In a repository it is in the top folder."],
    });
  }
  return { file, manifestText };
}

/** Unpacks an inspected tarball into a new folder, without its first path part. */
export async function unpackTarball(tarball: PackageTarball, folder: string): Promise<void> {
  const { extract } = await import("tar/extract");
  await mkdir(folder, { recursive: true });
  await extract({ file: tarball.file, cwd: folder, strip: 1, strict: true, preserveOwner: false, noMtime: true });
}

/**
 * Unpacks a dependency's tarball into a new folder as npm does: files alone, and a .gitignore as .npmignore. Links, and what leads out of the folder, are left out.
 */
export async function unpackDependency(file: string, folder: string): Promise<void> {
  const { extract } = await import("tar/extract");
  await mkdir(folder, { recursive: true });
  const ownIgnores = new Set<string>();
  const filter = (_path: string, entry: object) => "type" in entry && prepareAsNpm(entry as import("tar").ReadEntry, ownIgnores);
  await extract({ file, cwd: folder, strip: 1, preserveOwner: false, noMtime: true, noChmod: true, filter });
}

/** Changes an entry as npm does before it is unpacked, and tells whether it is unpacked at all. */
function prepareAsNpm(entry: import("tar").ReadEntry, ownIgnores: Set<string>): boolean {
  if (!entry.type.endsWith("File")) return false;
  entry.mode = (entry.mode ?? 0) | FILE_MODE;
  const name = basename(entry.path);
  if (name === ".npmignore") ownIgnores.add(entry.path);
  if (name !== ".gitignore") return true;
  const renamed = entry.path.replace(/gitignore$/, "npmignore");
  entry.path = renamed;
  return !ownIgnores.has(renamed);
}

function problemWithEntry({ path, type, linkpath }: { path: string; type: string; linkpath?: string | undefined }): string | undefined {
  if (/Link$/.test(type)) return `is a link to ${JSON.stringify(linkpath ?? "")}`;
  if (!PLAIN_TYPES.includes(type)) return `is a ${type}, not a file`;
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path)) return "has an absolute path";
  if (path.split(/[/\\]/).includes("..")) return "leads out of its folder";
  return undefined;
}

function unsafe(source: string, path: string, problem: string): MachineError {
  return new MachineError("DRIVER_TARBALL_UNSAFE", `${source} was refused: its entry ${JSON.stringify(path)} ${problem}.`, {
    suggestions: [
      "Tell the driver's author. In a git repository, a link can be left out of the driver by a line `PATH export-ignore` in .gitattributes.",
    ],
  });
}

function damaged(source: string, problem: string, cause?: unknown): MachineError {
  return new MachineError("DRIVER_TARBALL_INVALID", `${source} can't be unpacked: ${problem}.`, {
    cause,
    suggestions: ["Try again. If it stays, the file is damaged where it comes from."],
  });
}
