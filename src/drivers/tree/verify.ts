import type { InstallContext } from "../install-context.js";
import { folderOf } from "../load.js";
import type { Receipt } from "../receipts.js";
import { type TreeDamage, treeDamage } from "./installed-tree.js";

/** What the whole check of one driver came to. */
export interface VerifiedDriver {
  readonly receipt: Receipt;
  /** Absent if all is as it was installed, and for a linked driver, whose folder may change. */
  readonly damage?: TreeDamage;
}

/**
 * Reads every file of installed drivers again, and holds it against what was installed.
 *
 * @param names which ones; empty: all
 * @throws {MachineError} `DRIVER_MISSING`
 */
export async function verifyDrivers(
  names: readonly string[],
  { receipts, directory }: Pick<InstallContext, "receipts" | "directory">,
): Promise<readonly VerifiedDriver[]> {
  const wanted = names.length === 0 ? await receipts.all() : await Promise.all(names.map((name) => receipts.get(name)));
  const verified: VerifiedDriver[] = [];
  for (const receipt of wanted) {
    const damage = receipt.linked ? undefined : await treeDamage(folderOf(receipt, directory), receipt.treeHash ?? "");
    verified.push({ receipt, ...(damage === undefined ? {} : { damage }) });
  }
  return verified;
}
