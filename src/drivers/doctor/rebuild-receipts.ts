import { copyFile, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FORMAT_VERSION, isReceipt, type Receipt, type Receipts, withoutPrevious } from "../receipts.js";
import { versionFolders } from "../sweep.js";
import { treeDamage } from "../tree/installed-tree.js";

/** Keeps a copy of the damaged receipts, and writes them anew: the entries that can still be read, and for the rest what the trees' own copies say. */
export async function rebuildReceipts(directory: string, receipts: Receipts): Promise<void> {
  await copyFile(receipts.path, copyPath(receipts)).catch(() => undefined);
  const readable = await readableEntries(receipts);
  const known = new Set(readable.map(({ name }) => name));
  const found = (await receiptsOfTrees(directory)).filter(({ name }) => !known.has(name));
  await receipts.write([...readable, ...newestOfEach(found)]);
}

/** Where the damaged file is kept. */
export function copyPath({ path }: Receipts): string {
  return `${path}.damaged`;
}

/** Whether the receipts have a later format than this program knows: then they are not damaged. */
export async function isOfNewerProgram({ path }: Receipts): Promise<boolean> {
  const { version } = ((await readJson(path)) ?? {}) as { readonly version?: unknown };
  return typeof version === "number" && version > FORMAT_VERSION;
}

/** The receipts that lie in the folders of whole trees. */
async function receiptsOfTrees(directory: string): Promise<readonly Receipt[]> {
  const found: Receipt[] = [];
  for (const folder of await versionFolders(directory)) {
    const receipt = await readReceipt(folder);
    if (receipt !== undefined && (await treeDamage(folder, receipt.treeHash ?? "")) === undefined) found.push(receipt);
  }
  return found;
}

/** The version installed last counts; the one before it is for a rollback. */
function newestOfEach(receipts: readonly Receipt[]): Receipt[] {
  const byName = Map.groupBy(receipts, ({ name }) => name);
  return [...byName.values()].flatMap((versions) => {
    const [newest, before] = versions.toSorted((a, b) => (a.installedAt < b.installedAt ? 1 : -1));
    if (newest === undefined) return [];
    return [before === undefined ? withoutPrevious(newest) : { ...withoutPrevious(newest), previous: withoutPrevious(before) }];
  });
}

/** Somebody may have put the folder there: its receipt must be for this name and this place. */
async function readReceipt(folder: string): Promise<Receipt | undefined> {
  const receipt = await readJson(join(folder, "receipt.json"));
  const place = `${basename(dirname(folder))}/${basename(folder)}`;
  return isReceipt(receipt) && !receipt.linked && receipt.folder === place && place.startsWith(`${receipt.name}/`) ? receipt : undefined;
}

async function readableEntries({ path }: Receipts): Promise<Receipt[]> {
  const content = (await readJson(path)) as { readonly drivers?: unknown } | null | undefined;
  return Array.isArray(content?.drivers) ? content.drivers.filter(isReceipt) : [];
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}
