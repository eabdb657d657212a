import type { FoundFolder } from "./find-driver.js";
import type { StageContext } from "./install-context.js";
import { importLinked } from "./load.js";
import { type Receipt, withoutPrevious } from "./receipts.js";

/** Makes a folder of the user's own an installed driver, which is used in place. What was installed under its name stays on disk, for when it is unlinked. */
export async function linkFolder(
  { resolved, manifest, candidate }: FoundFolder,
  { receipts, onStep, programVersion }: StageContext,
): Promise<Receipt> {
  const { driver: name, version, package: packageName, entry, sdkRange } = manifest;
  const { directory: folder } = resolved;
  const { shownSource: source, facts } = candidate;
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
