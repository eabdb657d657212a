import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasCode, MachineError } from "../errors.js";

/** Mode of files that only their owner may read. */
export const PRIVATE_FILE_MODE = 0o600;
/** Mode of folders that only their owner may enter. */
const PRIVATE_DIRECTORY_MODE = 0o700;

/** What {@link removeDirectory} renames a folder to: hidden, with the process that removes it. */
const REMOVED = /^\..*\.(\d+)-\d+\.removed$/;

/** What {@link writeAtomically} writes first, with the process that writes it. */
const UNFINISHED = /\.(\d+)-\d+\.tmp$/;

/** What keeps a file from being written, by the system's code, as it completes "Can't write PATH:". */
const OBSTACLES: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  ENOSPC: ["there is no space left on its disk", "Make room on the disk, and try again."],
  EDQUOT: ["your quota on its disk is used up", "Make room on the disk, and try again."],
  EROFS: ["its file system is read-only", "Name a store that can be written: docker-machine --storage-path PATH"],
  EACCES: ["you may not write there", "Check whose folder it is, or name another store: docker-machine --storage-path PATH"],
  EPERM: ["you may not write there", "Check whose folder it is, or name another store: docker-machine --storage-path PATH"],
  ENOTDIR: ["something that is no folder is in the way", "Look at what is there, and move it away."],
  EISDIR: ["a folder of that name is in the way", "Look at what is there, and move it away."],
  EEXIST: ["something of that name is in the way", "Look at what is there, and move it away."],
  ENOTEMPTY: ["a folder of that name is in the way", "Look at what is there, and move it away."],
  EIO: ["the disk reports an error", "Check the disk."],
};

/** Permissions of a file written by {@link writeAtomically}. */
export interface WriteOptions {
  /** Default: {@link PRIVATE_FILE_MODE}. */
  readonly mode?: number;
}

/**
 * Writes a file beside its place, flushes it to the disk and renames it, so that a reader sees the old content or the new, never a part.
 * Missing folders above it are made, readable by their owner alone.
 *
 * @throws {MachineError} `FILE_UNWRITABLE`; the old content is still there
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
    throw unwritable(path, error);
  }
}

/**
 * Makes a folder and those above it, readable by their owner alone. Existing ones stay as they are.
 *
 * @throws {MachineError} `FILE_UNWRITABLE`
 */
export async function makePrivateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: PRIVATE_DIRECTORY_MODE });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** `FILE_UNWRITABLE` for a system error that a user can do something about; any other `error` as it is. */
export function unwritable(path: string, error: unknown): unknown {
  const [code, [reason, advice]] = Object.entries(OBSTACLES).find(([each]) => hasCode(error, each)) ?? ["", ["", ""]];
  if (code === "") return error;
  return new MachineError("FILE_UNWRITABLE", `Can't write ${path}: ${reason}.`, { cause: error, suggestions: [advice] });
}

/** A path that no other process uses, next to `path`. */
export function besidePath(path: string, suffix = ""): string {
  return `${path}.${process.pid}-${process.hrtime.bigint()}${suffix}`;
}

/**
 * Removes a folder: it vanishes from its place in one step, then its content is deleted, and whatever an interrupted removal left beside it.
 * A missing folder is no error.
 *
 * @throws {MachineError} `FILE_UNWRITABLE`
 */
export async function removeDirectory(path: string): Promise<void> {
  const parent = dirname(path);
  const removed = besidePath(join(parent, `.${basename(path)}`), ".removed");
  try {
    await rename(path, removed);
    await rm(removed, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw unwritable(path, error);
  }
  await sweepRemoved(parent);
}

async function sweepRemoved(parent: string): Promise<void> {
  await sweep(parent, REMOVED);
}

/** Removes what writers left beside files in `directory` when they were killed. */
export async function sweepUnfinished(directory: string): Promise<void> {
  await sweep(directory, UNFINISHED);
}

/** What belongs to a process that still runs is left to it. */
async function sweep(parent: string, pattern: RegExp): Promise<void> {
  const names = await readdir(parent).catch((): string[] => []);
  const left = names.filter((name) => !isRunning(Number(pattern.exec(name)?.[1] ?? process.pid)));
  // Another process may sweep too, and what can't be removed now can be next time.
  for (const name of left) await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}
