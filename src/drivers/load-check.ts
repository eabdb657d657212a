import { existsSync, lstatSync, readFileSync, type Stats } from "node:fs";
import { join } from "node:path";
import { hashText, LISTING, PACKAGE_FOLDER, parseListing, type RecordedFile } from "./tree-listing.js";
import { readTimes, type TreeTimes } from "./tree-times.js";

/** What the check at a load came to. */
export interface LoadCheck {
  /** What is wrong, as it completes "is damaged: ". */
  readonly problem?: string;
  /** What was left for when Node reads it, by its path in the package. Absent if nothing was. */
  readonly later?: ReadonlyMap<string, ExpectedFile>;
}

/** A recorded file, and when it was last changed. */
export interface ExpectedFile extends RecordedFile {
  readonly modifiedMs: number;
  readonly changedMs: number;
}

/** Asking the system about a file takes 2 to 5 µs: up to here all files are asked about before anything is loaded. */
const ALL_AT_ONCE = 500;
/** What Node tells about before it reads it, so that it can be checked just then. */
const MODULE = /\.[cm]?js$/;
/** What no program reads, as there may be one for each module. Only the whole check looks at them in a large tree. */
const FOR_TOOLS = /\.(d\.[cm]?ts|[cm]?[jt]s\.map)$/;

/**
 * The cheap check at each load. The list of files must be the one that was installed, and what it names must be there with its size, unchanged by its times;
 * a folder's times tell of files that were added, removed or replaced. In a tree of more than 500 files the modules are left for when they are loaded.
 * If anything looks off, all is read again: a copied tree has other times, and is right.
 */
export async function checkAtLoad(folder: string, treeHash: string): Promise<LoadCheck> {
  const files = quickCheck(folder, treeHash) ?? (await wholeCheck(folder, treeHash));
  if (typeof files === "string") return { problem: files };
  const left = files.length > ALL_AT_ONCE ? files.filter(isLeft) : [];
  return left.length === 0 ? {} : { later: new Map(left.map((file) => [file.name, file])) };
}

/** Whether a file is as it was recorded, by its size and times. */
export function looksUnchanged(path: string, { sizeBytes, modifiedMs, changedMs }: ExpectedFile): boolean {
  const stats = lstatSync(path, IF_THERE);
  return stats?.isFile() === true && stats.size === sizeBytes && stats.mtimeMs === modifiedMs && stats.ctimeMs === changedMs;
}

const IF_THERE = { throwIfNoEntry: false } as const;

function quickCheck(folder: string, treeHash: string): readonly ExpectedFile[] | undefined {
  const times = readTimes(folder, treeHash);
  const files = times && readExpected(folder, treeHash, times);
  if (times === undefined || files === undefined) return undefined;
  const root = join(folder, PACKAGE_FOLDER);
  if (existsSync(join(folder, "node_modules")) || existsSync(join(folder, "..", "node_modules"))) return undefined;
  for (const [name, expected] of Object.entries(times.folders))
    if (!isSame(lstatSync(`${root}/${name}`, IF_THERE), expected)) return undefined;
  const now = files.length > ALL_AT_ONCE ? files.filter((file) => !isLeft(file) && !FOR_TOOLS.test(file.name)) : files;
  for (const file of now) if (!looksUnchanged(`${root}/${file.name}`, file)) return undefined;
  return files;
}

/** A module that is run as a program of its own is not told about. */
function isLeft({ name, isExecutable }: RecordedFile): boolean {
  return MODULE.test(name) && !isExecutable;
}

function isSame(stats: Stats | undefined, [modifiedMs, changedMs]: readonly [number, number]): boolean {
  return stats?.mtimeMs === modifiedMs && stats.ctimeMs === changedMs;
}

async function wholeCheck(folder: string, treeHash: string): Promise<readonly ExpectedFile[] | string> {
  const { wholeProblem } = await import("./installed-tree.js");
  const problem = await wholeProblem(folder, treeHash);
  if (problem !== undefined) return problem;
  const times = readTimes(folder, treeHash);
  return (times && readExpected(folder, treeHash, times)) ?? [];
}

/** The files of the listing with their times; undefined unless it is the listing that was installed. */
function readExpected(folder: string, treeHash: string, times: TreeTimes): ExpectedFile[] | undefined {
  const listing = readListing(folder);
  if (listing === undefined || hashText(listing) !== treeHash) return undefined;
  const files = parseListing(listing);
  if (times.files.length !== files.length * 2) return undefined;
  return files.map((file, index) => ({
    ...file,
    modifiedMs: times.files[2 * index] ?? Number.NaN,
    changedMs: times.files[2 * index + 1] ?? Number.NaN,
  }));
}

function readListing(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, LISTING), "utf8");
  } catch {
    return undefined;
  }
}
