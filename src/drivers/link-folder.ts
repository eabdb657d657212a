import { MachineError } from "../errors.js";
import { warnIfUnfit } from "./compatibility.js";
import type { FoundFolder } from "./find-driver.js";
import type { InstallContext, StageContext } from "./install-context.js";
import { folderOf, importLinked } from "./load.js";
import { type InstalledVersion, type Receipt, withoutPrevious } from "./receipts.js";
import { checkAtLoad } from "./tree/load-check.js";

/** Makes a folder of the user's own an installed driver, which is used in place. What was installed under its name stays on disk, for when it is unlinked. */
export async function linkFolder(
  { resolved, manifest, candidate }: FoundFolder,
  { receipts, onStep, programVersion, sdk, log }: StageContext,
): Promise<Receipt> {
  const { driver: name, version, package: packageName, entry, sdkRange } = manifest;
  const { directory: folder } = resolved;
  const { shownSource: source, facts } = candidate;
  await warnIfUnfit({ driver: name, version, source, sdkRange, sdkVersion: sdk.version }, log);
  onStep("import");
  await importLinked({ name, source, folder, entry });
  const present = await receipts.find(name);
  const previous = present?.linked === true ? present.previous : present === undefined ? undefined : withoutPrevious(present);
  const receipt: Receipt = {
    name,
    version,
    form: "package",
    package: packageName,
    source,
    folder,
    linked: true,
    entry,
    sdkRange,
    pinned: false,
    fileCount: 0,
    sizeBytes: 0,
    installedAt: new Date().toISOString(),
    installedBy: programVersion,
    facts,
    ...(previous === undefined ? {} : { previous }),
  };
  onStep("receipt");
  await receipts.put(receipt);
  return receipt;
}

/**
 * Takes a linked driver away, and makes what was installed under its name before the installed one again, if that is still there as it was. The folder stays as it is.
 *
 * @returns what is installed under the name now
 * @throws {MachineError} `DRIVER_MISSING`, `DRIVER_NOT_LINKED`
 */
export async function unlinkFolder(
  name: string,
  { receipts, directory }: Pick<InstallContext, "receipts" | "directory">,
): Promise<Receipt | undefined> {
  const { linked, previous } = await receipts.get(name);
  if (!linked) {
    throw new MachineError("DRIVER_NOT_LINKED", `The driver "${name}" is installed, not linked to a folder.`, {
      suggestions: [`docker-machine driver uninstall ${name}`],
    });
  }
  if (previous === undefined || !(await isWhole(previous, directory))) {
    await receipts.delete(name);
    return undefined;
  }
  await receipts.put(previous);
  return previous;
}

async function isWhole(version: InstalledVersion, directory: string): Promise<boolean> {
  return (await checkAtLoad(folderOf(version, directory), version.treeHash ?? "")).problem === undefined;
}
