import { isDriverError, throwIfAborted } from "@docker-machine/driver-sdk";
import { MachineError, messageOf } from "../errors.js";
import { copyFailed } from "./copy-error.js";
import { type CopyFileOptions, copyFile, type Place } from "./copy-file.js";
import type { FileStatus } from "./file-system.js";
import { findSources } from "./find-sources.js";

/** How {@link copyTree} copies. */
export interface CopyTreeOptions extends CopyFileOptions {
  /** Whether folders are copied, with all in them. */
  readonly recursive: boolean;
}

const FILES_AT_ONCE = 8;
const SHOWN_FAILURES = 20;

interface Source extends Place {
  readonly status: FileStatus;
}

/**
 * Copies files and folders as scp does: into the target if it is a folder, else to that name. Links are followed.
 * What can't be copied does not keep the rest from it.
 *
 * @throws {MachineError} `COPY_FAILED` that names all that wasn't copied, `OPERATION_ABORTED`, `SSH_CONNECTION_LOST`
 */
export async function copyTree(source: Place, target: Place, options: CopyTreeOptions): Promise<void> {
  const paths = await findSources(source.files, source.path);
  const isFolder = (await target.files.status(target.path))?.kind === "folder";
  const wantsFolder = paths.length > 1 || (/[\\/]$/.test(target.path) && (await source.files.status(paths[0] ?? ""))?.kind === "file");
  if (wantsFolder && !isFolder) {
    throw copyFailed({ verb: "copy to", path: target.path, where: target.files.where, reason: "there is no such folder" });
  }
  const copy = new TreeCopy(source.files, target.files, options);
  for (const path of paths) {
    const to = isFolder ? intoFolder(source, path, target) : target.path;
    if (isFolder) await refuseInside({ ...source, path }, target);
    await copy.add(path, to, []);
  }
  copy.throwFailures();
}

/** A folder that is copied into itself would never end. */
async function refuseInside(source: Place, target: Place): Promise<void> {
  if (source.files.where !== target.files.where) return;
  const [from, to] = await Promise.all([source.files.realPath(source.path), target.files.realPath(target.path)]);
  if (`${to}/`.startsWith(`${from}/`)) {
    throw copyFailed({ verb: "copy", path: source.path, where: source.files.where, reason: "the target is inside it" });
  }
}

/** What has no name of its own (`.`, `/`) is copied into the folder itself. */
function intoFolder({ files }: Place, path: string, target: Place): string {
  const name = files.baseName(path);
  if (["", ".", ".."].includes(name)) return target.path;
  if (!target.files.acceptsName(name)) throw badName(name, target.files.where);
  return target.files.join(target.path, name);
}

class TreeCopy {
  readonly #from: Place["files"];
  readonly #to: Place["files"];
  readonly #options: CopyTreeOptions;
  readonly #slots = new Slots(FILES_AT_ONCE);
  readonly #failures: unknown[] = [];

  constructor(from: Place["files"], to: Place["files"], options: CopyTreeOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
  }

  /** @param above the real paths of the folders that this one is in: one of them again would never end */
  async add(path: string, target: string, above: readonly string[], listed?: FileStatus): Promise<void> {
    throwIfAborted(this.#options.signal);
    await this.#keepFailure(async () => {
      const status = listed ?? (await this.#slots.use(() => this.#from.status(path)));
      if (status === undefined) throw this.#unreadable(path, "nothing is there, or it is a link that leads nowhere");
      if (status.kind === "other") throw this.#unreadable(path, "it is neither a file nor a folder");
      if (status.kind === "folder") await this.#addFolder({ files: this.#from, path, status }, target, above);
      else await this.#slots.use(() => this.#addFile({ files: this.#from, path, status }, target));
    });
  }

  throwFailures(): void {
    if (this.#failures.length === 0) return;
    if (this.#failures.length === 1) throw this.#failures[0];
    const shown = this.#failures.slice(0, SHOWN_FAILURES).map(messageOf);
    const more = this.#failures.length - shown.length;
    throw new MachineError("COPY_FAILED", [...shown, ...(more > 0 ? [`And ${more} more.`] : [])].join("\n"), {
      cause: new AggregateError(this.#failures, "Several files were not copied"),
    });
  }

  async #addFile(source: Source, target: string): Promise<void> {
    throwIfAborted(this.#options.signal);
    const existing = await this.#to.status(target);
    await copyFile(source, { files: this.#to, path: target, existing }, this.#options);
  }

  async #addFolder({ path, status }: Source, target: string, above: readonly string[]): Promise<void> {
    if (!this.#options.recursive) {
      throw new MachineError("COPY_FAILED", `Cannot copy ${JSON.stringify(path)} ${this.#from.where}: it is a folder.`, {
        suggestions: ["Give the flag -r to copy folders with all in them."],
      });
    }
    const realPath = await this.#from.realPath(path);
    if (above.includes(realPath)) throw this.#unreadable(path, "it leads back to a folder that it is in");
    const existing = await this.#to.status(target);
    if (existing !== undefined && existing.kind !== "folder") {
      throw copyFailed({ verb: "make the folder", path: target, where: this.#to.where, reason: "something else of that name is there" });
    }
    // Listed before the target is made, which may be inside it.
    const entries = (await this.#from.list(path)).filter(({ name }) => name !== "." && name !== "..");
    if (existing === undefined) await this.#to.makeFolder(target);
    await Promise.all(entries.map((entry) => this.#addEntry(path, target, entry, [...above, realPath])));
    // Last, since a folder may be read-only, and its time changes with each name in it.
    if (existing === undefined) await this.#to.setAttributes(target, { mode: status.mode, modifiedAt: status.modifiedAt });
  }

  /** A host may answer with any name: one that leads elsewhere is refused. */
  async #addEntry(
    folder: string,
    target: string,
    { name, status }: { readonly name: string; readonly status: FileStatus | undefined },
    above: readonly string[],
  ): Promise<void> {
    if (!this.#from.acceptsName(name) || !this.#to.acceptsName(name)) {
      this.#failures.push(badName(name, this.#to.where));
      return;
    }
    await this.add(this.#from.join(folder, name), this.#to.join(target, name), above, status);
  }

  async #keepFailure(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!isDriverError(error) || error.code !== "COPY_FAILED") throw error;
      this.#failures.push(error);
    }
  }

  #unreadable(path: string, reason: string): MachineError {
    return copyFailed({ verb: "copy", path, where: this.#from.where, reason });
  }
}

/** Lets so many do their work at once; the others wait. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async use<T>(action: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

function badName(name: string, where: string): MachineError {
  return copyFailed({ verb: "copy", path: name, where, reason: "no file can have that name there" });
}
