import type { FileHandle } from "node:fs/promises";
import { throwIfAborted } from "@docker-machine/driver-sdk";
import { clusterMap, type ImageFile, type Piece, readExactly } from "./cluster-map.js";
import { decompressCluster } from "./decompress-cluster.js";
import type { Qcow2Header } from "./qcow2-header.js";

/** As many as Node decompresses at once (the size of libuv's thread pool). */
const WORKERS = 4;
/** What is all zeros isn't written, in steps of so many bytes. */
const SPARSE_BYTES = 64 * 1024;

/** What {@link copyGuestDisk} is asked. */
export interface CopyRequest {
  readonly file: ImageFile;
  readonly header: Qcow2Header;
  /** Empty: what isn't written stays zeros. */
  readonly target: FileHandle;
  readonly signal: AbortSignal;
  /** Called with the number of the guest's bytes that were copied since the last call. */
  readonly onCopied: (bytes: number) => void;
}

/**
 * Writes the guest's disk, leaving holes where it is zeros. Memory stays small: a few clusters.
 *
 * @throws {DriverError} `IMAGE_DAMAGED`, `OPERATION_ABORTED`; the errors of the file system
 */
export async function copyGuestDisk(request: CopyRequest): Promise<void> {
  const { file, header, signal, target } = request;
  await target.truncate(header.guestBytes);
  const pieces = clusterMap(file, header);
  const worker = async () => {
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
      throwIfAborted(signal);
      await writeSparse(target, await contentOf(next.value, request), next.value.guestOffset);
      request.onCopied(next.value.guestBytes);
    }
  };
  // All of them end before this returns: the caller closes the files.
  const results = await Promise.allSettled(
    Array.from({ length: WORKERS }, () =>
      worker().catch(async (error: unknown) => {
        await pieces.return(undefined);
        throw error;
      }),
    ),
  );
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

async function contentOf({ fileBytes, fileOffset, guestBytes, isCompressed }: Piece, { file, header }: CopyRequest): Promise<Buffer> {
  const data = await readExactly(file, fileOffset, fileBytes);
  if (!isCompressed) return data;
  const cluster = { data, fileOffset, clusterBytes: 2 ** header.clusterBits, compression: header.compression };
  return (await decompressCluster(cluster, file.name)).subarray(0, guestBytes);
}

const zeros = Buffer.alloc(SPARSE_BYTES);

async function writeSparse(target: FileHandle, content: Buffer, offset: number): Promise<void> {
  let from = 0;
  for (let at = 0; at < content.length; at += SPARSE_BYTES) {
    const step = content.subarray(at, at + SPARSE_BYTES);
    if (!step.equals(zeros.subarray(0, step.length))) continue;
    await writeAll(target, content.subarray(from, at), offset + from);
    from = at + step.length;
  }
  await writeAll(target, content.subarray(from), offset + from);
}

async function writeAll(target: FileHandle, content: Buffer, offset: number): Promise<void> {
  let done = 0;
  while (done < content.length) {
    const { bytesWritten } = await target.write(content, done, content.length - done, offset + done);
    done += bytesWritten;
  }
}
