import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDriverName } from "@docker-machine/driver-sdk";
import { hasCode } from "../errors.js";
import { makePrivateDirectory } from "../files/atomic-file.js";
import { folderOf } from "./load.js";
import type { Receipts } from "./receipts.js";

const STAGING = ".staging";
const VERSION_FOLDER = /^\d.*-[0-9a-f]{12}$/;

/**
 * Removes what earlier installations left behind: staging folders, and versions that no receipt names any more.
 * The version that a receipt keeps for a rollback may still run somewhere, and stays. The caller holds the lock.
 */
export async function sweepDrivers(directory: string, receipts: Receipts): Promise<void> {
  await rm(join(directory, STAGING), { recursive: true, force: true });
  const versions = (await receipts.all()).flatMap((receipt) => [receipt, ...(receipt.previous === undefined ? [] : [receipt.previous])]);
  const kept = new Set(versions.map((version) => folderOf(version, directory)));
  for (const name of (await foldersIn(directory)).filter(isDriverName)) {
    const folders = (await foldersIn(join(directory, name))).filter((version) => VERSION_FOLDER.test(version));
    const unused = folders.map((version) => join(directory, name, version)).filter((folder) => !kept.has(folder));
    for (const folder of unused) await rm(folder, { recursive: true, force: true });
  }
}

/** Gives `action` a private folder inside the drivers' folder, which is gone afterwards. The caller holds the lock. */
export async function withScratch<T>(directory: string, action: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = join(directory, STAGING, randomUUID());
  await makePrivateDirectory(scratch);
  try {
    return await action(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
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
