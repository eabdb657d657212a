import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDriverName } from "@docker-machine/driver-sdk";
import { hasCode } from "../errors.js";
import { makePrivateDirectory } from "../files/atomic-file.js";
import { folderOf } from "./load.js";
import type { Receipts } from "./receipts.js";

/** Where installations make their trees. */
export const STAGING = ".staging";
const VERSION_FOLDER = /^\d.*-[0-9a-f]{12}$/;

/**
 * Removes what earlier installations left behind: staging folders, and versions that no receipt names any more.
 * The version that a receipt keeps for a rollback may still run somewhere, and stays. The caller holds the lock.
 */
export async function sweepDrivers(directory: string, receipts: Receipts): Promise<void> {
  await rm(join(directory, STAGING), { recursive: true, force: true });
  // Trees without any list of them are no waste: the list was lost, and `driver doctor` makes it again from them.
  if (!existsSync(receipts.path)) return;
  for (const folder of await unusedVersions(directory, receipts)) await rm(folder, { recursive: true, force: true });
}

/** The folders of versions that no receipt names. */
export async function unusedVersions(directory: string, receipts: Receipts): Promise<readonly string[]> {
  const versions = (await receipts.all()).flatMap((receipt) => [receipt, ...(receipt.previous === undefined ? [] : [receipt.previous])]);
  const kept = new Set(versions.map((version) => folderOf(version, directory)));
  return (await versionFolders(directory)).filter((folder) => !kept.has(folder));
}

/** The folders of all versions, whether a receipt names them or not. */
export async function versionFolders(directory: string): Promise<readonly string[]> {
  const names = (await foldersIn(directory)).filter(isDriverName);
  const versions = names.map(async (name) => {
    const folders = (await foldersIn(join(directory, name))).filter((version) => VERSION_FOLDER.test(version));
    return folders.map((version) => join(directory, name, version));
  });
  return (await Promise.all(versions)).flat();
}

/** Gives `action` a private folder inside the drivers' folder, which is gone afterwards. The caller holds the lock. */
export async function withScratch<T>(directory: string, action: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = join(directory, STAGING, randomUUID());
  await makePrivateDirectory(scratch);
  try {
    return await action(scratch);
  } finally {
    // After an interruption something may still be written there. What stays is swept away next time.
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

async function foldersIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
