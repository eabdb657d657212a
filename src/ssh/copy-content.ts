import { throwIfAborted } from "@docker-machine/driver-sdk";
import type { OpenFile } from "./file-system.js";

/** What every SFTP server takes in one message (draft-ietf-secsh-filexfer-02, section 3, with room to spare). */
const CHUNK_BYTES = 32 * 1024;
/** How much of a file is on its way at once, so that a distant host doesn't slow it down: 2 MB. */
const CHUNKS_AT_ONCE = 64;

/** How {@link copyContent} copies. */
export interface CopyContentOptions {
  /** How long the file is said to be. More is copied if there is more. */
  readonly size: number;
  /** `in-order` for what has no positions, such as a pipe. */
  readonly order: "any-order" | "in-order";
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Copies all content, many chunks at once, and returns how many bytes it was.
 *
 * @throws {MachineError} `COPY_FAILED`, `OPERATION_ABORTED`, `SSH_CONNECTION_LOST`
 */
export async function copyContent(from: OpenFile, to: OpenFile, options: CopyContentOptions): Promise<number> {
  const { size, order, signal, onBytes } = options;
  let next = 0;
  let copied = 0;
  let hasEnded = false;
  const copyChunks = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    while (!hasEnded) {
      throwIfAborted(signal);
      const position = next;
      next += CHUNK_BYTES;
      const bytes = await readChunk(from, buffer, position);
      if (bytes < CHUNK_BYTES) hasEnded = true;
      if (bytes === 0) return;
      await to.write(buffer.subarray(0, bytes), position);
      copied += bytes;
      onBytes(bytes);
    }
  };
  const workers = order === "in-order" ? 1 : Math.min(CHUNKS_AT_ONCE, Math.floor(size / CHUNK_BYTES) + 1);
  const results = await Promise.allSettled(
    Array.from({ length: workers }, () =>
      copyChunks().catch((error: unknown) => {
        hasEnded = true;
        throw error;
      }),
    ),
  );
  // All have ended before the files are closed.
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return copied;
}

/** Fills the buffer, unless the file ends before: a host may answer with less than was asked for. */
async function readChunk(from: OpenFile, buffer: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const bytes = await from.read(buffer.subarray(filled), position + filled);
    if (bytes === 0) break;
    filled += bytes;
  }
  return filled;
}
