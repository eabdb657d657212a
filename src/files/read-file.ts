import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Bytes that {@link readTextFile} takes at most. What this program and the Go program write is a thousandth of it. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Windows has no such flag, and no files that make `open` wait. */
const NON_BLOCKING = constants.O_NONBLOCK ?? 0;

/**
 * Reads a small text file as {@link readFileBytes} does.
 *
 * @throws {Error} what is wrong with the content, in half a sentence; a system error has its `code`
 */
export function readTextFile(path: string): string {
  const content = readFileBytes(path);
  if (!isUtf8(content)) throw new Error("it is not UTF-8 text");
  return content.toString("utf8");
}

/**
 * Reads a small file, synchronously: for a few kilobytes that is several times as fast as the way through the thread pool.
 * It never waits and never fills the memory, whatever stands at `path`: a pipe, a device, a folder or a huge file is refused.
 *
 * @returns the bytes
 * @throws {Error} as {@link readTextFile}
 */
export function readFileBytes(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | NON_BLOCKING);
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw new Error("it is not a regular file");
    if (found.size > MAX_FILE_BYTES) throw new Error(`it has ${found.size} bytes, more than ${MAX_FILE_BYTES}`);
    return readAll(file, found.size);
  } finally {
    closeSync(file);
  }
}

function readAll(file: number, size: number): Buffer {
  const content = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const count = readSync(file, content, length, size - length, null);
    if (count === 0) break;
    length += count;
  }
  return content.subarray(0, length);
}
