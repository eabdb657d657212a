import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { hasCode, MachineError } from "../errors.js";

/** What was measured of a tree. */
export interface TreeSummary {
  /** SHA-256 of the listing: it changes with any file's path, content or executable bit. */
  readonly treeHash: string;
  readonly fileCount: number;
  readonly sizeBytes: number;
}

/** The folder in a version's folder that holds the package, with its dependencies in `node_modules`. */
export const PACKAGE_FOLDER = "package";
const LISTING = "files.txt";
/** Setting up a stream takes longer than reading a small file. */
const READ_AT_ONCE_BYTES = 1024 * 1024;

/**
 * Lists every file of `<folder>/package` in `<folder>/files.txt`: SHA-256, executable or not, size, path. The hash of that list stands for the tree.
 *
 * @throws {MachineError} `DRIVER_TREE_HAS_LINK` for anything that is neither file nor folder: a link could lead out of the tree
 */
export async function recordTree(folder: string): Promise<TreeSummary> {
  const root = join(folder, PACKAGE_FOLDER);
  const lines: string[] = [];
  let sizeBytes = 0;
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = path
      .slice(root.length + 1)
      .split(sep)
      .join("/");
    if (entry.isDirectory()) continue;
    if (!entry.isFile()) throw hasLink(name);
    const { mode, size } = await lstat(path);
    sizeBytes += size;
    lines.push(`${await hashFile(path, size)} ${(mode & 0o100) === 0 ? "-" : "x"} ${size} ${JSON.stringify(name)}`);
  }
  const listing = `${lines.sort((a, b) => (nameIn(a) < nameIn(b) ? -1 : 1)).join("\n")}\n`;
  await writeFile(join(folder, LISTING), listing);
  return { treeHash: hashText(listing), fileCount: lines.length, sizeBytes };
}

/** A file of a recorded tree. */
export interface RecordedFile {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly isExecutable: boolean;
  readonly sizeBytes: number;
  /** The path in the package, with `/`. */
  readonly name: string;
}

/** The files of a tree that {@link recordTree} listed in `folder`, sorted by name; none if there is no listing. */
export async function recordedFiles(folder: string): Promise<RecordedFile[]> {
  const listing = await readListing(folder);
  return listing === undefined ? [] : parseListing(listing);
}

/** The files that a listing names. */
export function parseListing(listing: string): RecordedFile[] {
  const lines = listing.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [hash = "", flag, size] = line.split(" ", 3);
    return { hash, isExecutable: flag === "x", sizeBytes: Number(size), name: nameIn(line) };
  });
}

/**
 * The cheap check at each load: the listing is the one that was recorded, and every file in it is there with its size.
 *
 * @returns what is wrong, or undefined
 */
export async function quickProblem(folder: string, treeHash: string): Promise<string | undefined> {
  const listing = await readListing(folder);
  if (listing === undefined) return `${LISTING} is missing`;
  if (hashText(listing) !== treeHash) return `${LISTING} was changed`;
  const checks = listing
    .trimEnd()
    .split("\n")
    .map((line) => problemWithFile(folder, line));
  return (await Promise.all(checks)).find((problem) => problem !== undefined);
}

/**
 * The whole check: every file is read again.
 *
 * @returns what is wrong, or undefined
 */
export async function wholeProblem(folder: string, treeHash: string): Promise<string | undefined> {
  const problem = await quickProblem(folder, treeHash);
  if (problem !== undefined) return problem;
  for (const line of ((await readListing(folder)) ?? "").trimEnd().split("\n")) {
    const name = nameIn(line);
    const [hash, , size] = line.split(" ", 3);
    if ((await hashFile(join(folder, PACKAGE_FOLDER, name), Number(size))) !== hash) return `the file ${name} was changed`;
  }
  return undefined;
}

async function problemWithFile(folder: string, line: string): Promise<string | undefined> {
  const name = nameIn(line);
  try {
    const { size } = await lstat(join(folder, PACKAGE_FOLDER, name));
    return size === Number(line.split(" ", 3)[2]) ? undefined : `the file ${name} was changed`;
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return `the file ${name} is missing`;
    throw error;
  }
}

async function readListing(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, LISTING), "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}

/** The path is JSON, since a file's name may hold a line break. */
function nameIn(line: string): string {
  return String(JSON.parse(line.slice(line.indexOf('"'))));
}

function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function hashFile(path: string, sizeBytes: number): Promise<string> {
  const hash = createHash("sha256");
  if (sizeBytes <= READ_AT_ONCE_BYTES) hash.update(await readFile(path));
  else await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function hasLink(name: string): MachineError {
  return new MachineError(
    "DRIVER_TREE_HAS_LINK",
    `The driver's tree has ${JSON.stringify(name)}, which is a link or a device, not a file.`,
    {
      suggestions: ["Tell the driver's author: a driver is made of plain files."],
    },
  );
}
