import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir, readFile, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { hasCode, MachineError, messageOf } from "../../errors.js";
import { writeAtomically } from "../../files/atomic-file.js";
import { formatListing, hashText, LISTING, lineOf, PACKAGE_FOLDER, parseListing, type RecordedFile } from "./tree-listing.js";
import { noteTimes } from "./tree-times.js";

/** What was measured of a tree. */
export interface TreeSummary {
  /** SHA-256 of the listing: it changes with any file's path, content or executable bit. */
  readonly treeHash: string;
  readonly fileCount: number;
  readonly sizeBytes: number;
}

/** Setting up a stream takes longer than reading a small file. */
const READ_AT_ONCE_BYTES = 1024 * 1024;

/**
 * Lists every file of `<folder>/package` in `<folder>/files.txt`: SHA-256, executable or not, size, path. The hash of that list stands for the tree.
 *
 * @throws {MachineError} `DRIVER_TREE_HAS_LINK` for anything that is neither file nor folder: a link could lead out of the tree
 */
export async function recordTree(folder: string): Promise<TreeSummary> {
  const { files, folders, others } = await readTree(join(folder, PACKAGE_FOLDER));
  const [link] = others;
  if (link !== undefined) throw hasLink(link);
  const listing = formatListing(files);
  const treeHash = hashText(listing);
  await writeFile(join(folder, LISTING), listing);
  await noteTimes(folder, treeHash, { files, folders });
  return { treeHash, fileCount: files.length, sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** The files of a tree that {@link recordTree} listed in `folder`, sorted by name; none if there is no listing. */
export async function recordedFiles(folder: string): Promise<RecordedFile[]> {
  return parseListing((await readListing(folder)) ?? "");
}

/** What differs from the tree that was installed, as paths in the package. */
export interface TreeDamage {
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  readonly added: readonly string[];
}

/**
 * The whole check: every folder is listed and every file is read again. If all is as it was, that is noted for the cheap check at each load.
 *
 * @returns what differs, or undefined
 */
export async function treeDamage(folder: string, treeHash: string): Promise<TreeDamage | undefined> {
  const root = join(folder, PACKAGE_FOLDER);
  const { files, folders, others } = await readTree(root);
  const listing = formatListing(files);
  const outside = await strayFolders(folder);
  if (hashText(listing) === treeHash && others.length === 0 && outside.length === 0) {
    await noteAgain(folder, listing, { files, folders });
    return undefined;
  }
  const recorded = await readListing(folder);
  const before = new Map(parseListing(recorded ?? "").map((file) => [file.name, lineOf(file)]));
  const now = new Map([...files.map((file) => [file.name, lineOf(file)] as const), ...others.map((name) => [name, ""] as const)]);
  const changedListing = recorded === undefined || hashText(recorded) !== treeHash ? [`../${LISTING}`] : [];
  return {
    changed: [...changedListing, ...[...now].filter(([name, line]) => before.has(name) && before.get(name) !== line).map(([name]) => name)],
    missing: [...before.keys()].filter((name) => !now.has(name)),
    added: [...outside, ...[...now.keys()].filter((name) => !before.has(name))],
  };
}

/**
 * {@link treeDamage} in words.
 *
 * @returns what is wrong, or undefined
 */
export async function wholeProblem(folder: string, treeHash: string): Promise<string | undefined> {
  const damage = await treeDamage(folder, treeHash);
  return damage === undefined ? undefined : describeDamage(damage);
}

const NAMED_AT_MOST = 3;

/** The damage as it completes "is damaged: ". Of many files the first are named. */
export function describeDamage({ changed, missing, added }: TreeDamage): string {
  const parts = [
    [changed, "changed"],
    [missing, "missing"],
    [added, "added"],
  ] as const;
  return parts.flatMap(([names, what]) => (names.length === 0 ? [] : [describeFiles(names, what)])).join("; ");
}

function describeFiles(names: readonly string[], what: "changed" | "missing" | "added"): string {
  const [name = ""] = names;
  if (names.length === 1) return `the file ${name} ${what === "missing" ? "is" : "was"} ${what}`;
  const shown = names.slice(0, NAMED_AT_MOST).join(", ");
  const more = names.length > NAMED_AT_MOST ? ` and ${names.length - NAMED_AT_MOST} more` : "";
  return `${names.length} files ${what === "missing" ? "are" : "were"} ${what}: ${shown}${more}`;
}

/** A file as it was found, with what the system tells of it, from before it was read. */
interface FoundFile extends RecordedFile {
  readonly stats: Stats;
}

interface FoundTree {
  /** Sorted by name. */
  readonly files: readonly FoundFile[];
  /** All folders, with the root as `""`. */
  readonly folders: readonly { readonly name: string; readonly stats: Stats }[];
  /** What is neither file nor folder. */
  readonly others: readonly string[];
}

/** What file browsers lay into folders that are looked at. No program loads them. */
const LEFT_BY_BROWSERS = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/;

async function readTree(root: string): Promise<FoundTree> {
  const files: FoundFile[] = [];
  const folders: { name: string; stats: Stats }[] = [];
  const others: string[] = [];
  try {
    folders.push({ name: "", stats: await lstat(root) });
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = path
        .slice(root.length + 1)
        .split(sep)
        .join("/");
      const stats = await lstat(path);
      if (stats.isDirectory()) folders.push({ name, stats });
      else if (!stats.isFile()) others.push(name);
      else if (!LEFT_BY_BROWSERS.test(name)) files.push(await foundFile(path, name, stats));
    }
  } catch (error) {
    if (!hasCode(error, "ENOENT") && !hasCode(error, "ENOTDIR")) throw error;
  }
  return { files: files.sort((a, b) => (a.name < b.name ? -1 : 1)), folders, others };
}

async function foundFile(path: string, name: string, stats: Stats): Promise<FoundFile> {
  return { name, hash: await hashFile(path, stats.size), isExecutable: (stats.mode & 0o100) !== 0, sizeBytes: stats.size, stats };
}

/** Node looks for packages there as well, on its way up from the driver's. */
async function strayFolders(folder: string): Promise<string[]> {
  const places = ["../node_modules", "../../node_modules"];
  const found = await Promise.all(
    places.map((place) =>
      lstat(join(folder, PACKAGE_FOLDER, place)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return places.filter((_, index) => found[index]);
}

/** Where nothing can be written, the next check is a whole one again. */
async function noteAgain(folder: string, listing: string, found: Pick<FoundTree, "files" | "folders">): Promise<void> {
  try {
    if ((await readListing(folder)) !== listing) await writeAtomically(join(folder, LISTING), listing);
    await noteTimes(folder, hashText(listing), found);
  } catch {
    // Nothing depends on it but speed.
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

async function hashFile(path: string, sizeBytes: number): Promise<string> {
  const hash = createHash("sha256");
  try {
    if (sizeBytes <= READ_AT_ONCE_BYTES) hash.update(await readFile(path));
    else await pipeline(createReadStream(path), hash);
  } catch (error) {
    // It is there and can't be read: that is no content that was recorded.
    return `unreadable: ${messageOf(error)}`;
  }
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
