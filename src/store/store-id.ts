import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { hasCode, MachineError, messageOf } from "../errors.js";
import { writeAtomically } from "../files/atomic-file.js";
import { withLock } from "../files/lock.js";
import { readTextFile } from "../files/read-file.js";
import type { StorePaths } from "./store-paths.js";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The UUID of a store, made and written when it is asked for the first time. What is marked with it outside is not found again without it, so a damaged one is not replaced.
 *
 * @throws {MachineError} `STORE_UNREADABLE`, `FILE_UNWRITABLE`, `LOCK_TIMEOUT`, `OPERATION_ABORTED`
 */
export async function storeId(paths: StorePaths, signal: AbortSignal): Promise<string> {
  const known = readId(paths.storeIdPath);
  if (known !== undefined) return known;
  return withLock(join(paths.storagePath, ".locks", ".store-id.lock"), { subject: "the store's UUID", signal }, async () => {
    const id = readId(paths.storeIdPath) ?? randomUUID();
    await writeAtomically(paths.storeIdPath, `${id}\n`);
    return id;
  });
}

function readId(path: string): string | undefined {
  try {
    const text = readTextFile(path).trim();
    if (!UUID.test(text)) throw new Error("it holds no UUID");
    return text;
  } catch (cause) {
    if (hasCode(cause, "ENOENT")) return undefined;
    throw new MachineError("STORE_UNREADABLE", `The store's UUID can't be read from ${path}: ${messageOf(cause)}`, {
      cause,
      suggestions: [
        "Restore it from a backup. If it is removed, another one is made, and what was made in clouds before counts as another store's.",
      ],
    });
  }
}
