import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasCode } from "../errors.js";

/** Mode of files that only their owner may read. */
export const PRIVATE_FILE_MODE = 0o600;
/** Mode of folders that only their owner may enter. */
const PRIVATE_DIRECTORY_MODE = 0o700;

const REMOVED_SUFFIX = ".removed";

/** Permissions of a file written by {@link writeAtomically}. */
export interface WriteOptions {
  /** Default: {@link PRIVATE_FILE_MODE}. */
  readonly mode?: number;
}

/**
 * Writes a file beside its place, flushes it to the disk and renames it, so that a reader sees the old content or the new, never a part.
 * Missing folders above it are made, readable by their owner alone.
 */
export async function writeAtomically(path: string, content: string | Buffer, options: WriteOptions = {}): Promise<void> {
  await makePrivateDirectory(dirname(path));
  const beside = besidePath(path, ".tmp");
  try {
    const file = await open(beside, "wx", options.mode ?? PRIVATE_FILE_MODE);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Makes a folder and those above it, readable by their owner alone. Existing ones stay as they are. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY_MODE });
}

/** A path that no other process uses, next to `path`. */
export function besidePath(path: string, suffix = ""): string {
  return `${path}.${process.pid}-${process.hrtime.bigint()}${suffix}`;
}

/**
 * Removes a folder: it vanishes from its place in one step, then its content is deleted, and whatever an interrupted removal left beside it.
 * A missing folder is no error.
 */
export async function removeDirectory(path: string): Promise<void> {
  const parent = dirname(path);
  try {
    await rename(path, besidePath(join(parent, `.${basename(path)}`), REMOVED_SUFFIX));
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  await sweepRemoved(parent);
}

async function sweepRemoved(parent: string): Promise<void> {
  const names = await readdir(parent).catch((): string[] => []);
  for (const name of names.filter((each) => each.startsWith(".") && each.endsWith(REMOVED_SUFFIX))) {
    await rm(join(parent, name), { recursive: true, force: true });
  }
}
