import { randomUUID } from "node:crypto";
import { copyContent } from "./copy-content.js";
import { copyFailed } from "./copy-error.js";
import type { FileStatus, FileSystem, OpenFile } from "./file-system.js";

/** A file or folder of one side. */
export interface Place {
  readonly files: FileSystem;
  readonly path: string;
}

/** Is told how far a copy is. */
export interface CopyProgress {
  /** A file is begun. What is returned is called with each further number of bytes, and once with `end`. */
  begin(path: string, size: number): { advance(bytes: number): void; end(): void };
}

/** How {@link copyFile} copies. */
export interface CopyFileOptions {
  readonly signal: AbortSignal;
  readonly progress?: CopyProgress;
}

/**
 * Copies one file with its permissions and its time.
 * A new file gets its name when it is whole. One that is there is written over in place, as scp does: it stays the same file, with its owner, permissions and links,
 * also for a container that has it mounted.
 *
 * @param existing what is at the target now
 * @throws {MachineError} `COPY_FAILED`, `OPERATION_ABORTED`, `SSH_CONNECTION_LOST`
 */
export async function copyFile(
  source: Place & { readonly status: FileStatus },
  target: Place & { readonly existing: FileStatus | undefined },
  options: CopyFileOptions,
): Promise<void> {
  const { files, path, existing } = target;
  if (existing?.kind === "folder") throw copyFailed({ verb: "write", path, where: files.where, reason: "a folder of that name is there" });
  const reader = await source.files.open(source.path, "read");
  try {
    if (existing === undefined) await create(reader, source.status, target, options);
    else await overwrite(reader, source.status, { ...target, existing }, options);
  } finally {
    await reader.close().catch(() => undefined);
  }
}

async function create(reader: OpenFile, status: FileStatus, { files, path }: Place, options: CopyFileOptions): Promise<void> {
  const part = `${path.slice(0, path.length - files.baseName(path).length)}.docker-machine-${randomUUID()}`;
  try {
    const writer = await files.open(part, "create");
    await closing(writer, async () => {
      await transfer(reader, writer, { path, status, order: "any-order" }, options);
      await writer.setAttributes({ mode: status.mode, modifiedAt: status.modifiedAt });
    });
    await files.rename(part, path);
  } catch (error) {
    await files.remove(part).catch(() => undefined);
    throw error;
  }
}

async function overwrite(
  reader: OpenFile,
  status: FileStatus,
  { files, path, existing }: Place & { readonly existing: FileStatus },
  options: CopyFileOptions,
): Promise<void> {
  const writer = await files.open(path, "overwrite");
  const isFile = existing.kind === "file";
  await closing(writer, async () => {
    const size = await transfer(reader, writer, { path, status, order: isFile ? "any-order" : "in-order" }, options);
    if (!isFile) return;
    await writer.truncate(size);
    // Only a file's owner may set its time; who may write may still copy to it.
    await writer.setAttributes({ modifiedAt: status.modifiedAt }).catch(() => undefined);
  });
}

async function transfer(
  reader: OpenFile,
  writer: OpenFile,
  { path, status, order }: { readonly path: string; readonly status: FileStatus; readonly order: "any-order" | "in-order" },
  { signal, progress }: CopyFileOptions,
): Promise<number> {
  const bar = progress?.begin(path, status.size);
  try {
    return await copyContent(reader, writer, { size: status.size, order, signal, onBytes: (bytes) => bar?.advance(bytes) });
  } finally {
    bar?.end();
  }
}

/** What closing says counts only if all went well before: the disk may turn out to be full. */
async function closing(file: OpenFile, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
  await file.close();
}
