import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../files/atomic-file.js";

/**
 * The owners that the user agreed to on a terminal: `agreed-owners.json` in the drivers' folder, readable by its owner alone. Changing it is for the holder of that folder's lock.
 * It only saves questions, so a damaged one counts as empty, and is written anew with the next answer.
 */
export class AgreedOwners {
  readonly path: string;

  constructor(directory: string) {
    this.path = join(directory, "agreed-owners.json");
  }

  async all(): Promise<readonly string[]> {
    try {
      const content: unknown = JSON.parse(await readFile(this.path, "utf8"));
      const owners: unknown = typeof content === "object" && content !== null && "owners" in content ? content.owners : undefined;
      return Array.isArray(owners) ? owners.filter((owner) => typeof owner === "string") : [];
    } catch {
      return [];
    }
  }

  async add(owner: string): Promise<void> {
    const owners = [...new Set([...(await this.all()), owner])].sort();
    await writeAtomically(this.path, `${JSON.stringify({ version: 1, owners }, null, 2)}\n`);
  }
}
