import { createHash } from "node:crypto";

/** The folder in a version's folder that holds the package, with its dependencies in `node_modules`. */
export const PACKAGE_FOLDER = "package";
/** The file in a version's folder that lists the package's files: SHA-256, executable or not, size, path. */
export const LISTING = "files.txt";

/** A file of a recorded tree. */
export interface RecordedFile {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly isExecutable: boolean;
  readonly sizeBytes: number;
  /** The path in the package, with `/`. */
  readonly name: string;
}

const HASH_DIGITS = 64;
const SIZE_AT = HASH_DIGITS + " x ".length;

/** The text that lists files, in the order given. */
export function formatListing(files: readonly RecordedFile[]): string {
  return `${files.map(lineOf).join("\n")}\n`;
}

/** The line of one file. Its path is JSON, since a file's name may hold a line break. */
export function lineOf({ hash, isExecutable, sizeBytes, name }: RecordedFile): string {
  return `${hash} ${isExecutable ? "x" : "-"} ${sizeBytes} ${JSON.stringify(name)}`;
}

/** The files that a listing names. Thousands are read at each load of a driver, so JSON is parsed where a name needs it. */
export function parseListing(listing: string): RecordedFile[] {
  const lines = listing.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const end = line.indexOf(" ", SIZE_AT);
    return {
      hash: line.slice(0, HASH_DIGITS),
      isExecutable: line.charAt(HASH_DIGITS + 1) === "x",
      sizeBytes: Number(line.slice(SIZE_AT, end)),
      name: line.includes("\\", end) ? String(JSON.parse(line.slice(end + 1))) : line.slice(end + 2, -1),
    };
  });
}

/** SHA-256 of a listing, hexadecimal: it stands for the tree. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
