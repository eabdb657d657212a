import { once } from "node:events";
import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip, gunzipSync } from "node:zlib";
import type { Parser } from "tar";
import type { ArchiveMeter } from "./archive-limits.js";

const GZIP = Buffer.from([0x1f, 0x8b]);
/** What tar's parsers would unpack by themselves, past the meter: gzip and Zstandard. */
const PACKED = [GZIP, Buffer.from([0x28, 0xb5, 0x2f, 0xfd])];
const MAGIC_BYTES = 4;
const CHUNK_BYTES = 64 * 1024;
/** Streams take longer to set up than a small archive to be read at once. */
const SMALL_BYTES = 256 * 1024;
const SMALL_UNPACKED_BYTES = 8 * 1024 * 1024;

/**
 * Feeds an archive, gzipped or not, to one of tar's parsers, as fast as that takes it, and stops reading at the first thing that breaks a limit.
 * The parser's `filter` is for its maker, who tells the meter of the entries.
 *
 * @throws what the meter throws, the first error of the parser, or that of reading or unpacking
 */
export async function readArchive(file: string, parser: Parser, meter: ArchiveMeter): Promise<void> {
  const { isGzip, size } = await look(file);
  let failure: unknown;
  parser.on("error", (error: unknown) => {
    failure ??= error;
  });
  parser.on("eof", () => meter.end());
  let head: Buffer = Buffer.alloc(0);
  const feed = async (chunks: AsyncIterable<Buffer> | Iterable<Buffer>) => {
    for await (const chunk of chunks) {
      head = beginning(head, chunk);
      meter.addBytes(chunk.length, size);
      const isReady = parser.write(chunk);
      if (failure !== undefined) throw failure;
      if (!isReady) await once(parser, "drain");
    }
    const closed = once(parser, "close");
    parser.end();
    await closed;
    if (failure !== undefined) throw failure;
  };
  const small = size <= SMALL_BYTES ? unpackSmall(await readFile(file), isGzip ? "gzip" : "plain") : undefined;
  try {
    if (small !== undefined) return await feed(chunksOf(small));
    const packed = createReadStream(file, { highWaterMark: CHUNK_BYTES });
    await (isGzip ? pipeline(packed, createGunzip({ chunkSize: CHUNK_BYTES }), feed) : pipeline(packed, feed));
  } catch (error) {
    // What was being unpacked is let go.
    parser.abort(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

/** The bytes of a small archive; undefined if they are many, or if something is wrong that a stream tells better. */
function unpackSmall(content: Buffer, form: "gzip" | "plain"): Buffer | undefined {
  if (form === "plain") return content;
  try {
    return gunzipSync(content, { maxOutputLength: SMALL_UNPACKED_BYTES });
  } catch {
    return undefined;
  }
}

function* chunksOf(content: Buffer): Iterable<Buffer> {
  for (let at = 0; at < content.length; at += CHUNK_BYTES) yield content.subarray(at, at + CHUNK_BYTES);
}

/** The first bytes of an archive, of which some are known already. */
function beginning(known: Buffer, chunk: Buffer): Buffer {
  if (known.length >= MAGIC_BYTES) return known;
  const head = Buffer.concat([known, chunk.subarray(0, MAGIC_BYTES)]);
  if (PACKED.some((magic) => head.subarray(0, magic.length).equals(magic))) throw new Error("it is not a tar archive, or packed twice");
  return head;
}

async function look(path: string): Promise<{ readonly isGzip: boolean; readonly size: number }> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
    return { isGzip: buffer.subarray(0, bytesRead).equals(GZIP), size: (await file.stat()).size };
  } finally {
    await file.close();
  }
}
