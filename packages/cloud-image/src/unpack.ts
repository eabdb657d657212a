import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { createGunzip, createZstdDecompress } from "node:zlib";

/** How a file is packed, in the words of the programs. */
export type Packing = "gzip" | "zstd" | "xz";

const MAGIC: readonly (readonly [Packing, Buffer])[] = [
  ["gzip", Buffer.of(0x1f, 0x8b, 0x08)],
  ["zstd", Buffer.of(0x28, 0xb5, 0x2f, 0xfd)],
  ["xz", Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)],
];

/** How a file is packed, by its first bytes; `undefined` if it isn't. */
export async function packingOf(path: string): Promise<Packing | undefined> {
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return MAGIC.find(([, magic]) => buffer.subarray(0, magic.length).equals(magic))?.[0];
  } finally {
    await file.close();
  }
}

/** Unpacks a file into another, which is on the disk afterwards. What was there before is replaced. */
export async function unpack(from: string, to: string, packing: Packing, signal: AbortSignal): Promise<void> {
  const target = createWriteStream(to, { mode: 0o600, flush: true });
  const source = createReadStream(from);
  if (packing === "xz") await pipeline(await unpackedXz(source), target, { signal });
  else await pipeline(source, decoder(packing), target, { signal });
}

function decoder(packing: "gzip" | "zstd"): Transform {
  return packing === "gzip" ? createGunzip() : createZstdDecompress();
}

async function unpackedXz(source: Readable): Promise<Readable> {
  const { default: library } = await import("xz-decompress");
  return Readable.fromWeb(new library.XzReadableStream(Readable.toWeb(source)) as ReadableStream<Uint8Array>);
}
