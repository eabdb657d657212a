import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_FOLDER } from "./tree-listing.js";
import { readTimes, type TreeTimes } from "./tree-times.js";

/** What the check at a load came to. */
export interface LoadCheck {
  /** What is wrong, as it completes "is damaged: ". */
  readonly problem?: string;
  /** Whether modules were left for when Node reads them. */
  readonly leavesModules: boolean;
}

/**
 * The cheap check at each load, by sizes and times: of every file, and of every folder, which tells of files that were added, removed or replaced.
 * In a tree of more than 500 files the modules are left for when they are loaded.
 * If anything looks off, all is read again: a copied tree has other times, and is right.
 */
export async function checkAtLoad(folder: string, treeHash: string): Promise<LoadCheck> {
  const times = readTimes(folder, treeHash);
  if (times !== undefined && isUntouched(folder, times)) return { leavesModules: times.isLarge };
  const { wholeProblem } = await import("./installed-tree.js");
  const problem = await wholeProblem(folder, treeHash);
  return problem === undefined ? { leavesModules: readTimes(folder, treeHash)?.isLarge ?? true } : { problem, leavesModules: false };
}

const IF_THERE = { throwIfNoEntry: false } as const;

function isUntouched(folder: string, { files, folders }: TreeTimes): boolean {
  const root = join(folder, PACKAGE_FOLDER);
  // Node looks for packages there as well, on its way up from the driver's.
  if (existsSync(join(folder, "node_modules")) || existsSync(join(folder, "..", "node_modules"))) return false;
  for (const [name, modifiedMs, changedMs] of folders) {
    const stats = lstatSync(`${root}/${name}`, IF_THERE);
    if (stats === undefined || stats.mtimeMs !== modifiedMs || stats.ctimeMs !== changedMs) return false;
  }
  for (const [name, sizeBytes, modifiedMs, changedMs] of files) {
    const stats = lstatSync(`${root}/${name}`, IF_THERE);
    if (stats === undefined || stats.size !== sizeBytes || stats.mtimeMs !== modifiedMs || stats.ctimeMs !== changedMs) return false;
  }
  return true;
}
