import { constants, type Stats } from "node:fs";
import { chmod, type FileHandle, mkdir, open, readdir, realpath, rename, rm, stat, utimes } from "node:fs/promises";
import { type PlatformPath, posix, win32 } from "node:path";
import { hasCode, messageOf } from "../errors.js";
import { copyFailed } from "./copy-error.js";
import type { FileAttributes, FileStatus, FileSystem, FolderEntry, OpenFile } from "./file-system.js";

const USES = {
  read: constants.O_RDONLY,
  create: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
  // No O_TRUNC: a file that is copied to itself by another way keeps its content.
  overwrite: constants.O_WRONLY,
};
/** Windows keeps no such bits: what Node makes up there would let anybody write on a host. */
const WINDOWS_FILE_MODE = 0o644;
const WINDOWS_FOLDER_MODE = 0o755;

/** The files of this computer. */
export class LocalFileSystem implements FileSystem {
  readonly where = "on this computer";
  readonly #isWindows: boolean;
  readonly #path: PlatformPath;

  constructor(platform: NodeJS.Platform = process.platform) {
    this.#isWindows = platform === "win32";
    this.#path = this.#isWindows ? win32 : posix;
  }

  async status(file: string): Promise<FileStatus | undefined> {
    try {
      return this.#statusOf(await stat(file));
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined;
      throw this.#failed("look at", file, error);
    }
  }

  async list(folder: string): Promise<readonly FolderEntry[]> {
    const names = await this.#try("list", folder, readdir(folder));
    return names.map((name) => ({ name, status: undefined }));
  }

  realPath(file: string): Promise<string> {
    return this.#try("look at", file, realpath(file));
  }

  async makeFolder(folder: string): Promise<void> {
    await this.#try("make the folder", folder, mkdir(folder, 0o700));
  }

  async setAttributes(file: string, { mode, modifiedAt }: FileAttributes): Promise<void> {
    if (mode !== undefined) await this.#try("set the permissions of", file, chmod(file, mode));
    if (modifiedAt !== undefined) await this.#try("set the time of", file, utimes(file, modifiedAt, modifiedAt));
  }

  async open(file: string, use: keyof typeof USES): Promise<OpenFile> {
    const handle = await this.#try(use === "read" ? "read" : "write", file, open(file, USES[use], 0o600));
    return new LocalFile(handle, (verb, cause) => this.#failed(verb, file, cause));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#try("write", to, rename(from, to));
  }

  async remove(file: string): Promise<void> {
    await this.#try("remove", file, rm(file, { force: true }));
  }

  join(folder: string, name: string): string {
    return this.#path.join(folder, name);
  }

  baseName(file: string): string {
    return this.#path.basename(file);
  }

  acceptsName(name: string): boolean {
    if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) return false;
    return !(this.#isWindows && /[\\:]/.test(name));
  }

  #statusOf(stats: Stats): FileStatus {
    const kind = stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other";
    const windowsMode = kind === "folder" ? WINDOWS_FOLDER_MODE : WINDOWS_FILE_MODE;
    return { kind, mode: this.#isWindows ? windowsMode : stats.mode & 0o777, size: stats.size, modifiedAt: stats.mtime };
  }

  async #try<T>(verb: string, file: string, action: Promise<T>): Promise<T> {
    try {
      return await action;
    } catch (error) {
      throw this.#failed(verb, file, error);
    }
  }

  #failed(verb: string, file: string, cause: unknown): Error {
    return copyFailed({ verb, path: file, where: this.where, cause, reason: reasonOf(cause) });
  }
}

class LocalFile implements OpenFile {
  readonly #handle: FileHandle;
  readonly #failed: (verb: string, cause: unknown) => Error;

  constructor(handle: FileHandle, failed: (verb: string, cause: unknown) => Error) {
    this.#handle = handle;
    this.#failed = failed;
  }

  async read(buffer: Buffer, position: number): Promise<number> {
    return (await this.#try("read", this.#handle.read(buffer, 0, buffer.length, position))).bytesRead;
  }

  async write(content: Buffer, position: number): Promise<void> {
    for (let done = 0; done < content.length; ) {
      const { bytesWritten } = await this.#try("write", this.#writeAt(content.subarray(done), position + done));
      done += bytesWritten;
    }
  }

  async truncate(size: number): Promise<void> {
    await this.#try("write", this.#handle.truncate(size));
  }

  async setAttributes({ mode, modifiedAt }: FileAttributes): Promise<void> {
    if (mode !== undefined) await this.#try("set the permissions of", this.#handle.chmod(mode));
    if (modifiedAt !== undefined) await this.#try("set the time of", this.#handle.utimes(modifiedAt, modifiedAt));
  }

  async close(): Promise<void> {
    await this.#try("write", this.#handle.close());
  }

  /** A pipe, such as /dev/stdout can be, has no positions. */
  async #writeAt(content: Buffer, position: number): Promise<{ readonly bytesWritten: number }> {
    try {
      return await this.#handle.write(content, 0, content.length, position);
    } catch (error) {
      if (!hasCode(error, "ESPIPE")) throw error;
      return this.#handle.write(content, 0, content.length, null);
    }
  }

  async #try<T>(verb: string, action: Promise<T>): Promise<T> {
    try {
      return await action;
    } catch (error) {
      throw this.#failed(verb, error);
    }
  }
}

/** The system's words, without the call and the path that Node adds: `ENOSPC: no space left on device, write`. */
function reasonOf(error: unknown): string {
  return /^[A-Z0-9]+: ([^,]+)/.exec(messageOf(error))?.[1] ?? messageOf(error);
}
