import { DriverError } from "@docker-machine/driver-sdk";
import type { Digest } from "./image-source.js";

/** `HEX  NAME`, `HEX *NAME`: coreutils. */
const COREUTILS = /^([0-9a-f]{64}|[0-9a-f]{128})\s+\*?(\S.*)$/i;
/** `SHA256 (NAME) = HEX`: BSD, and Fedora. */
const BSD = /^SHA(?:256|512) \((.+)\) = ([0-9a-f]{64}|[0-9a-f]{128})$/i;

/**
 * Finds a file's checksum in a publisher's list.
 *
 * @param from the list's URL, for messages
 * @throws {DriverError} `IMAGE_CHECKSUM_MISSING` if the list doesn't have it, or has two
 */
export function digestInList(list: string, file: string, from: string): Digest {
  const found = list.split("\n").flatMap((line) => {
    const entry = entryOf(line.trim());
    return entry?.name === file ? [entry.hex.toLowerCase()] : [];
  });
  const [hex, ...others] = new Set(found);
  if (hex === undefined || others.length > 0) {
    throw new DriverError(
      "IMAGE_CHECKSUM_MISSING",
      `The list ${from} has ${hex === undefined ? "no checksum" : "several checksums"} for ${file}.`,
      {
        suggestions: ["Name another image, or an URL with its checksum: https://…#sha256=HEX"],
      },
    );
  }
  return hex.length === 64 ? `sha256:${hex}` : `sha512:${hex}`;
}

function entryOf(line: string): { readonly name: string; readonly hex: string } | undefined {
  const [, hex, name] = COREUTILS.exec(line) ?? [];
  if (hex !== undefined && name !== undefined) return { name, hex };
  const [, bsdName, bsdHex] = BSD.exec(line) ?? [];
  return bsdName === undefined || bsdHex === undefined ? undefined : { name: bsdName, hex: bsdHex };
}
