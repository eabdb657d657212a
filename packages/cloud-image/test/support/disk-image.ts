import { createHash, randomBytes } from "node:crypto";
import type { Digest } from "../../src/image-source.js";

/** A raw disk with a partition table, as far as anyone looks, and noise that no packing makes smaller. */
export function diskImage(size: number): Buffer {
  const image = randomBytes(size);
  image.fill(0, 0, 512);
  image[446 + 4] = 0x83;
  image.writeUInt16BE(0x55aa, 510);
  // Not by chance a CD or another format.
  image.fill(0, 0x8000, 0x8010);
  image.fill(0, size - 512);
  return image;
}

/** The checksum of a file. */
export function digestOf(content: Buffer | string, algorithm: "sha256" | "sha512" = "sha256"): Digest {
  return `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
}
