import { posix } from "node:path";
import { copyFailed } from "./copy-error.js";
import type { FileSystem } from "./file-system.js";

/**
 * The paths that are meant: the one typed, or, if nothing is there, all that its `*`, `?` and `[…]` stand for, sorted.
 *
 * @throws {MachineError} `COPY_FAILED` if there is none
 */
export async function findSources(files: FileSystem, path: string): Promise<readonly string[]> {
  if ((await files.status(path)) !== undefined) return [path];
  const found = isPattern(path) ? await expand(files, path) : [];
  if (found.length > 0) return found;
  throw copyFailed({ verb: "read", path, where: files.where, reason: "nothing of that name is there" });
}

async function expand(files: FileSystem, path: string): Promise<readonly string[]> {
  const [root = "", ...parts] = path.split(/\/+/);
  let found = path.startsWith("/") ? ["/"] : await expandPart(files, ".", root);
  for (const part of parts.filter((each) => each !== "")) {
    found = (await Promise.all(found.map((folder) => expandPart(files, folder, part)))).flat();
  }
  return found.sort();
}

/** A part without pattern is looked for as well: of several folders, only those that have it are meant. */
async function expandPart(files: FileSystem, folder: string, part: string): Promise<string[]> {
  if (!isPattern(part)) {
    const path = files.join(folder, part);
    return (await files.status(path)) === undefined ? [] : [path];
  }
  if ((await files.status(folder))?.kind !== "folder") return [];
  const names = (await files.list(folder)).map(({ name }) => name).filter((name) => files.acceptsName(name));
  return names
    .filter((name) => name.startsWith(".") === part.startsWith(".") && posix.matchesGlob(name, part))
    .map((name) => files.join(folder, name));
}

function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}
