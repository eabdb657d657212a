import { copyFile, lstat, readdir, realpath, rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/**
 * Makes a tree one of plain files again, after programs ran in it: a link to a file of the tree becomes that file, and any other link, pipe or socket goes.
 *
 * @returns what went, relative to the tree
 */
export async function settleLinks(folder: string): Promise<readonly string[]> {
  const root = await realpath(folder);
  const gone: string[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() || entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = await realpath(path).catch(() => "");
    const isInside = target.startsWith(`${root}${sep}`) && (await lstat(target)).isFile();
    await rm(path, { force: true });
    if (isInside) await copyFile(target, path);
    else gone.push(relative(root, path));
  }
  return gone;
}
