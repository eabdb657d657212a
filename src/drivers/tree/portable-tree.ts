import { createHash } from "node:crypto";
import type { RecordedFile } from "./tree-listing.js";

/**
 * A hash of an installed tree that is the same on every computer: over the SHA-256, size and path of each file. Two things of the tree's own hash are left out: executable bits,
 * which Windows and an odd umask don't keep, and the files of packages that are made for some platforms only, which are there or not; these are pinned by their tarball's integrity.
 *
 * @param boundPlaces the places of those packages, such as `node_modules/a`
 * @returns `sha256-` and hexadecimal digits
 */
export function portableHash(files: readonly RecordedFile[], boundPlaces: readonly string[]): string {
  const counted = files.filter(({ name }) => !boundPlaces.some((place) => name.startsWith(`${place}/`)));
  const lines = counted.map(({ hash, sizeBytes, name }) => `${hash} ${sizeBytes} ${JSON.stringify(name)}\n`);
  return `sha256-${createHash("sha256").update(lines.sort().join("")).digest("hex")}`;
}
