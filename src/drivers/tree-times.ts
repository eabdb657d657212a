import { readFileSync, type Stats } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../files/atomic-file.js";

/**
 * When the files and folders of a whole tree were last changed, as the system tells it: the time of the content, and that of the entry, which a program can't set.
 * It is kept beside the tree. What is in it can only lead to files being read again, or spare that: names, sizes and hashes are in the listing, whose hash is in the receipt.
 */
export interface TreeTimes {
  /** The tree it was noted for. */
  readonly tree: string;
  /** Two numbers for each file, in the listing's order. Milliseconds since 1970, with fractions. */
  readonly files: readonly number[];
  /** By path in the package, `""` for itself. A folder's times change with the names in it. */
  readonly folders: Readonly<Record<string, readonly [number, number]>>;
}

const TIMES = "times.json";

/** The times of what was found. `files` have the listing's order. */
export function timesOf(
  tree: string,
  files: readonly { readonly stats: Stats }[],
  folders: readonly { readonly name: string; readonly stats: Stats }[],
): TreeTimes {
  return {
    tree,
    files: files.flatMap(({ stats }) => [stats.mtimeMs, stats.ctimeMs]),
    folders: Object.fromEntries(folders.map(({ name, stats }) => [name, [stats.mtimeMs, stats.ctimeMs] as const])),
  };
}

/** Keeps the times beside the tree in `folder`. */
export async function noteTimes(folder: string, times: TreeTimes): Promise<void> {
  await writeAtomically(join(folder, TIMES), JSON.stringify(times));
}

/** The times that were noted for just this tree, or undefined if there are none that can be used. */
export function readTimes(folder: string, treeHash: string): TreeTimes | undefined {
  try {
    const times = JSON.parse(readFileSync(join(folder, TIMES), "utf8")) as Partial<TreeTimes>;
    const { tree, files, folders } = times;
    const isUsable = tree === treeHash && Array.isArray(files) && typeof folders === "object" && folders !== null;
    return isUsable ? { tree, files, folders } : undefined;
  } catch {
    return undefined;
  }
}
