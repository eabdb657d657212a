import { readFileSync, type Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../files/atomic-file.js";
import { LISTING, type RecordedFile } from "./tree-listing.js";

/**
 * What is asked about at each load, and what the system said of it when all was right: kept beside the tree, made anew from it at any time.
 * A file's own time can be set by a program; the second one, that of its entry, can't. Milliseconds since 1970, with fractions.
 */
export interface TreeTimes {
  /** The tree it was noted for. */
  readonly tree: string;
  /** Whether modules are left for when they are loaded. */
  readonly isLarge: boolean;
  /** By path in the package; the listing is there by its path from it. */
  readonly files: readonly TimedFile[];
  /** By path in the package, `""` for itself. A folder's times change with the names in it. */
  readonly folders: readonly TimedFolder[];
}

type TimedFile = readonly [name: string, sizeBytes: number, modifiedMs: number, changedMs: number];
type TimedFolder = readonly [name: string, modifiedMs: number, changedMs: number];

const TIMES = "times.json";
/** Asking the system about a file takes 2 to 5 µs: up to here all files are asked about before anything is loaded. */
const ALL_AT_ONCE = 500;
/** What Node tells about before it reads it, so that it can be checked just then. */
const MODULE = /\.[cm]?js$/;
/** What no program reads, as there may be one for each module. Only the whole check looks at them in a large tree. */
const FOR_TOOLS = /\.(d\.[cm]?ts|[cm]?[jt]s\.map)$/;

/** What was found of a whole tree, from before it was read. */
interface FoundTimes {
  readonly files: readonly (RecordedFile & { readonly stats: Stats })[];
  readonly folders: readonly { readonly name: string; readonly stats: Stats }[];
}

/** Keeps the times beside the tree in `folder`, whose listing is written. */
export async function noteTimes(folder: string, tree: string, { files, folders }: FoundTimes): Promise<void> {
  const isLarge = files.length > ALL_AT_ONCE;
  const asked = isLarge ? files.filter((file) => !isLeft(file)) : files;
  const listing = { name: `../${LISTING}`, stats: await lstat(join(folder, LISTING)) };
  const times: TreeTimes = {
    tree,
    isLarge,
    files: [listing, ...asked].map(({ name, stats }) => [name, stats.size, stats.mtimeMs, stats.ctimeMs]),
    folders: folders.map(({ name, stats }) => [name, stats.mtimeMs, stats.ctimeMs]),
  };
  await writeAtomically(join(folder, TIMES), JSON.stringify(times));
}

/** A module that is run as a program of its own is not told about. */
function isLeft({ name, isExecutable }: RecordedFile): boolean {
  return (MODULE.test(name) && !isExecutable) || FOR_TOOLS.test(name);
}

/** The times that were noted for just this tree, or undefined if there are none that can be used. */
export function readTimes(folder: string, treeHash: string): TreeTimes | undefined {
  try {
    const times = JSON.parse(readFileSync(join(folder, TIMES), "utf8")) as Partial<TreeTimes>;
    const { tree, files, folders, isLarge } = times;
    const isUsable = tree === treeHash && typeof isLarge === "boolean" && Array.isArray(files) && Array.isArray(folders);
    return isUsable ? { tree, isLarge, files, folders } : undefined;
  } catch {
    return undefined;
  }
}
