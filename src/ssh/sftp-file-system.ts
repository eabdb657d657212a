import { posix } from "node:path";
import type { SFTPWrapper, Stats } from "ssh2";
import { messageOf } from "../errors.js";
import { copyFailed } from "./copy-error.js";
import type { FileAttributes, FileStatus, FileSystem, FolderEntry, OpenFile } from "./file-system.js";

/** What SFTP's request number means (draft-ietf-secsh-filexfer-02, sections 5 and 7). */
const NO_SUCH_FILE = 2;
const READ = 0x01;
const WRITE = 0x02;
const CREATE = 0x08;
const EXCLUSIVE = 0x20;
// No TRUNCATE: a file that is copied to itself by another way keeps its content.
const USES = { read: READ, create: WRITE | CREATE | EXCLUSIVE, overwrite: WRITE };

type Done<T> = (error: Error | null | undefined, value: T) => void;

/** What a {@link SftpFileSystem} is told of its machine. */
export interface SftpFileSystemOptions {
  /** Names the side in messages: `on the machine "dev"`. */
  readonly where: string;
  /** The error for what the connection's end cuts off. */
  readonly lost: () => Error;
}

/** The files of a host, by SFTP. Relative paths begin in the login's home folder. */
export class SftpFileSystem implements FileSystem, Disposable {
  readonly where: string;
  readonly #sftp: SFTPWrapper;
  readonly #lost: () => Error;
  readonly #waiting = new Set<() => void>();
  #isOpen = true;

  constructor(sftp: SFTPWrapper, { where, lost }: SftpFileSystemOptions) {
    this.#sftp = sftp;
    this.where = where;
    this.#lost = lost;
    sftp.on("close", () => {
      this.#isOpen = false;
      for (const cutOff of this.#waiting) cutOff();
    });
    // Told by `close`.
    sftp.on("error", () => undefined);
  }

  async status(path: string): Promise<FileStatus | undefined> {
    try {
      return statusOf(await this.#ask<Stats>((done) => this.#sftp.stat(path, done)));
    } catch (error) {
      if (hasNumber(error) && error.code === NO_SUCH_FILE) return undefined;
      throw this.#failed("look at", path, error);
    }
  }

  async list(path: string): Promise<readonly FolderEntry[]> {
    const entries = await this.#try("list", path, () =>
      this.#ask<{ readonly filename: string; readonly attrs: Stats }[]>((done) => this.#sftp.readdir(path, done)),
    );
    return entries.map(({ filename, attrs }) => ({ name: filename, status: statusOf(attrs) }));
  }

  realPath(path: string): Promise<string> {
    return this.#try("look at", path, () => this.#ask<string>((done) => this.#sftp.realpath(path, done)));
  }

  async makeFolder(path: string): Promise<void> {
    await this.#try("make the folder", path, () => this.#ask((done) => this.#sftp.mkdir(path, { mode: 0o700 }, withoutValue(done))));
  }

  async setAttributes(path: string, attributes: FileAttributes): Promise<void> {
    await this.#try("set the permissions of", path, () =>
      this.#ask((done) => this.#sftp.setstat(path, attributesOf(attributes), withoutValue(done))),
    );
  }

  async open(path: string, use: keyof typeof USES): Promise<OpenFile> {
    const asked = use === "create" ? { mode: 0o600 } : {};
    const handle = await this.#try(use === "read" ? "read" : "write", path, () =>
      this.#ask<Buffer>((done) => this.#sftp.open(path, USES[use], asked, done)),
    );
    const step = (verb: string, send: (done: Done<void>) => void) => this.#try(verb, path, () => this.#ask<void>(send));
    return {
      read: (buffer, position) =>
        this.#try("read", path, () => this.#ask<number>((done) => this.#sftp.read(handle, buffer, 0, buffer.length, position, done))),
      write: (content, position) =>
        step("write", (done) => this.#sftp.write(handle, content, 0, content.length, position, withoutValue(done))),
      truncate: (size) => step("write", (done) => this.#sftp.fsetstat(handle, { size }, withoutValue(done))),
      setAttributes: (attributes) =>
        step("set the permissions of", (done) => this.#sftp.fsetstat(handle, attributesOf(attributes), withoutValue(done))),
      close: () => step("write", (done) => this.#sftp.close(handle, withoutValue(done))),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#try("write", to, () => this.#ask((done) => this.#sftp.rename(from, to, withoutValue(done))));
  }

  async remove(path: string): Promise<void> {
    if ((await this.status(path)) === undefined) return;
    await this.#try("remove", path, () => this.#ask((done) => this.#sftp.unlink(path, withoutValue(done))));
  }

  join(folder: string, name: string): string {
    return posix.join(folder, name);
  }

  baseName(path: string): string {
    return posix.basename(path);
  }

  acceptsName(name: string): boolean {
    return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
  }

  /** Ends it; the connection stays. */
  [Symbol.dispose](): void {
    this.#sftp.end();
  }

  /** Sends a request. One that is never answered, since the connection is cut, is told all the same. */
  #ask<T>(send: (done: Done<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) {
        reject(this.#lost());
        return;
      }
      const cutOff = () => reject(this.#lost());
      this.#waiting.add(cutOff);
      send((error, value) => {
        this.#waiting.delete(cutOff);
        if (error === undefined || error === null) resolve(value);
        else reject(hasNumber(error) ? error : this.#lost());
      });
    });
  }

  async #try<T>(verb: string, path: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw this.#failed(verb, path, error);
    }
  }

  #failed(verb: string, path: string, cause: unknown): unknown {
    if (!hasNumber(cause)) return cause;
    return copyFailed({ verb, path, where: this.where, cause, reason: reasonOf(cause) });
  }
}

/** The path that SFTP knows for what a user typed: an empty one, and `~`, are the login's home folder. */
export function expandHome(path: string): string {
  if (path === "" || path === "~") return ".";
  return path.startsWith("~/") ? `.${path.slice(1)}` : path;
}

/** Whether the host itself said so. */
function hasNumber(error: unknown): error is Error & { readonly code: number } {
  return error instanceof Error && "code" in error && typeof error.code === "number";
}

/** SFTP has one word for all that it has no number for: a full disk, a folder in place of a file. */
function reasonOf(error: Error): string {
  return error.message === "Failure" ? "its SFTP server says no more than Failure; the disk may be full" : messageOf(error);
}

function withoutValue(done: Done<void>): (error: Error | null | undefined) => void {
  return (error) => done(error, undefined);
}

function statusOf(stats: Stats): FileStatus | undefined {
  if (stats.isSymbolicLink()) return undefined;
  const kind = stats.isFile() ? "file" : stats.isDirectory() ? "folder" : "other";
  return { kind, mode: stats.mode & 0o777, size: stats.size, modifiedAt: new Date(stats.mtime * 1000) };
}

function attributesOf({ mode, modifiedAt }: FileAttributes) {
  return { ...(mode === undefined ? {} : { mode }), ...(modifiedAt === undefined ? {} : { atime: modifiedAt, mtime: modifiedAt }) };
}
