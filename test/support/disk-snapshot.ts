import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** All files and folders under `directory` with what changes when somebody writes there: inode, size, mode, times of content and of the entry itself. */
export async function diskSnapshot(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = ["", ...(await readdir(directory, { recursive: true }))].sort();
  const entries = names.map(async (name) => {
    const { ino, size, mode, mtimeNs, ctimeNs } = await lstat(join(directory, name), { bigint: true });
    return [name, [ino, size, mode, mtimeNs, ctimeNs].join(" ")] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
