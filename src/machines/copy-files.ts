import { MachineError } from "../errors.js";
import type { CopyProgress } from "../ssh/copy-file.js";

export type { CopyProgress } from "../ssh/copy-file.js";

import type { FileSystem } from "../ssh/file-system.js";
import { type FileLocation, THIS_COMPUTER } from "./file-location.js";
import type { MachineContext } from "./machine-context.js";
import { logIn } from "./machine-login.js";

/** How {@link copyFiles} copies. */
export interface CopyFilesOptions {
  /** Whether folders are copied, with all in them. */
  readonly recursive: boolean;
  readonly progress?: CopyProgress;
}

/** How long an interrupted copy may take to remove its half file, behind all that is on its way on a slow line. */
const CLEANING_UP_MS = 10_000;

/** One side of a copy, open until it is disposed of. */
interface Side extends Disposable {
  readonly files: FileSystem;
  readonly path: string;
}

/**
 * Copies files and folders between this computer and a machine, or between two machines: then their content passes through this computer, and the machines need no way
 * to each other.
 *
 * @throws {MachineError} `ARGUMENTS_INVALID`, `COPY_FAILED`, `MACHINE_…`, `SSH_…`, `OPERATION_ABORTED`
 */
export async function copyFiles(context: MachineContext, from: FileLocation, to: FileLocation, options: CopyFilesOptions): Promise<void> {
  const [source, target] = await Promise.all([localizeHere(context, from), localizeHere(context, to)]);
  if (source.machine === undefined && target.machine === undefined) throw noMachine();
  using sourceSide = await openSide(context, source);
  using targetSide = await openSide(context, target);
  const { copyTree } = await import("../ssh/copy-tree.js");
  // Awaited here: the connections end with this block.
  await copyTree(sourceSide, targetSide, { ...options, signal: context.signal });
}

/** `localhost:PATH` is on this computer, unless there is a machine of that name. */
export async function localizeHere({ store }: MachineContext, location: FileLocation): Promise<FileLocation> {
  if (location.machine !== THIS_COMPUTER || (await store.has(THIS_COMPUTER))) return location;
  return { machine: undefined, user: undefined, path: location.path };
}

/** The error for a command line with no machine in it. */
export function noMachine(): MachineError {
  return new MachineError("ARGUMENTS_INVALID", "Neither of the two paths names a machine.", {
    suggestions: ["Put the machine's name before one of them: docker-machine scp FILE MACHINE:PATH"],
  });
}

async function openSide(context: MachineContext, { machine, user, path }: FileLocation): Promise<Side> {
  if (machine === undefined) {
    const { LocalFileSystem } = await import("../ssh/local-file-system.js");
    return { files: new LocalFileSystem(), path, [Symbol.dispose]: () => undefined };
  }
  const connection = await logIn(context, machine, { user, purpose: "copy files", endingMs: CLEANING_UP_MS });
  try {
    const { expandHome } = await import("../ssh/sftp-file-system.js");
    const files = await connection.files(`on the machine "${machine}"`);
    return { files, path: expandHome(path), [Symbol.dispose]: () => connection.close() };
  } catch (error) {
    connection.close();
    throw error;
  }
}
