import { MachineError } from "../errors.js";
import type { Candidate } from "./candidate.js";
import { checkCompatibility } from "./compatibility.js";
import type { Ask } from "./consent/trust.js";
import { type FoundDriver, findDriver } from "./find-driver.js";
import { inDriversFolder, installFound, isSameVersion } from "./install.js";
import type { InstallContext, StageContext } from "./install-context.js";
import { folderOf } from "./load.js";
import type { PassedOver } from "./origins/origin.js";
import { type InstalledVersion, type Receipt, withoutPrevious } from "./receipts.js";
import { parseSource } from "./source/source.js";
import { wholeProblem } from "./tree/installed-tree.js";

/** What an update of one driver would come to, or came to. */
export interface DriverUpdate {
  readonly name: string;
  readonly from: VersionName;
  /** Absent if it is the newest already, or stays for the reason in {@link kept}. */
  readonly to?: VersionName;
  /** Why it stays: pinned and linked ones are not looked at, and one that is `ahead` is newer than what its source offers. */
  readonly kept?: "pinned" | "linked" | "ahead";
  /** What the source of one that is ahead offers. */
  readonly offered?: VersionName;
  /** The newest version, which doesn't fit this program's SDK. */
  readonly passedOver?: PassedOver;
  /** What changed hands since the installed version: sentences for the user, who is asked about them. */
  readonly changes: readonly string[];
}

/** A version as people tell it apart from another. */
export interface VersionName {
  readonly version: string;
  readonly commit?: string;
}

/** How drivers are updated. */
export interface UpdateContext extends InstallContext {
  /** Absent without a terminal. */
  readonly ask: Ask | undefined;
}

/**
 * Looks for a newer version of an installed driver.
 *
 * @throws {MachineError} as an installation, up to the point where something would be fetched
 */
export async function checkUpdate(receipt: Receipt, context: UpdateContext): Promise<DriverUpdate> {
  return (
    keptUpdate(receipt) ?? inDriversFolder(context, async (scratch) => planUpdate(receipt, await find(receipt, { ...context, scratch })))
  );
}

/**
 * Brings an installed driver to the newest version that fits. The version before stays for {@link rollBack}.
 *
 * @throws {MachineError} as an installation; `DRIVER_CHANGED_HANDS` if its owner changed and nobody agreed
 */
export async function updateDriver(receipt: Receipt, context: UpdateContext): Promise<DriverUpdate> {
  const kept = keptUpdate(receipt);
  if (kept !== undefined) return kept;
  return inDriversFolder(context, async (scratch) => {
    const whole = { ...context, scratch };
    const found = await find(receipt, whole);
    const update = await planUpdate(receipt, found);
    if (update.to === undefined) return update;
    await agree(update, context);
    await installFound(found, whole);
    return update;
  });
}

/**
 * Makes the version before the installed one again, and keeps the other for the way back.
 *
 * @throws {MachineError} `DRIVER_MISSING`, `DRIVER_NO_PREVIOUS`, `DRIVER_DAMAGED`, `DRIVER_INCOMPATIBLE`
 */
export async function rollBack(
  name: string,
  { receipts, directory, sdk }: Pick<InstallContext, "receipts" | "directory" | "sdk">,
): Promise<Receipt> {
  const receipt = await receipts.get(name);
  const { previous } = receipt;
  if (previous === undefined || receipt.linked) throw noPrevious(receipt);
  const problem = await wholeProblem(folderOf(previous, directory), previous.treeHash ?? "");
  if (problem !== undefined) {
    throw new MachineError("DRIVER_DAMAGED", `The version before of the driver "${name}", ${previous.version}, is damaged: ${problem}.`, {
      suggestions: [`docker-machine driver install ${previous.source}`],
    });
  }
  if (previous.form === "package") await checkCompatibility({ ...previous, driver: name, sdkVersion: sdk.version });
  const restored: Receipt = { ...previous, previous: withoutPrevious(receipt) };
  await receipts.put(restored);
  return restored;
}

function keptUpdate({ name, version, commit, linked, pinned }: Receipt): DriverUpdate | undefined {
  if (!linked && !pinned) return undefined;
  return { name, from: versionName({ version, commit }), kept: linked ? "linked" : "pinned", changes: [] };
}

async function find(receipt: Receipt, context: StageContext): Promise<FoundDriver> {
  const found = await findDriver(parseSource(receipt.source, "/"), context);
  if (found.candidate.name === receipt.name) return found;
  throw new MachineError(
    "DRIVER_NAME_CHANGED",
    `${receipt.source}, from where the driver "${receipt.name}" was installed, now calls its driver "${found.candidate.name}".`,
    {
      suggestions: [
        `To have it as well: docker-machine driver install ${receipt.source}`,
        `To stay: docker-machine driver install --pin ${receipt.name}`,
      ],
    },
  );
}

async function planUpdate(receipt: Receipt, { candidate, passedOver }: FoundDriver): Promise<DriverUpdate> {
  const plan = { name: receipt.name, from: versionName(receipt), ...(passedOver === undefined ? {} : { passedOver }) };
  if (isSameVersion(candidate, receipt)) return { ...plan, changes: [] };
  const { default: isLower } = await import("semver/functions/lt.js");
  // A tag that was taken back, or releases that could not be asked for: an update never goes back by itself.
  if (isLower(candidate.version, receipt.version)) return { ...plan, kept: "ahead", offered: versionName(candidate), changes: [] };
  return { ...plan, to: versionName(candidate), changes: changesOfHands(receipt, candidate) };
}

/** What a user should know before trusting the next version as the last one. */
function changesOfHands(installed: InstalledVersion, candidate: Candidate): string[] {
  const { facts: before, tag, commit, version } = installed;
  const { facts: now } = candidate;
  const joined =
    before.maintainers === undefined ? [] : (now.maintainers ?? []).filter((each) => before.maintainers?.includes(each) !== true);
  const changes: (string | false)[] = [
    joined.length > 0 && `new maintainer${joined.length === 1 ? "" : "s"} in the registry: ${joined.join(", ")}`,
    before.repository !== undefined &&
      before.repository !== now.repository &&
      `its repository was ${before.repository} and is ${now.repository ?? "not told any more"}`,
    before.signature !== undefined && now.signature === undefined && "the registry signed the installed version, but not this one",
    before.provenance !== undefined &&
      before.provenance.repository !== now.provenance?.repository &&
      `it was built from ${before.provenance.repository}, and now ${now.provenance === undefined ? "nobody attests from what" : `from ${now.provenance.repository}`}`,
    tag !== undefined && tag === candidate.tag && commit !== candidate.commit && `the tag ${tag} was moved to another commit`,
    candidate.commit === undefined &&
      version === candidate.version &&
      `the version ${version} has other contents than when it was installed`,
  ];
  return changes.filter((change) => change !== false);
}

async function agree({ name, from, to, changes }: DriverUpdate, { ask, wishes }: UpdateContext): Promise<void> {
  if (changes.length === 0 || wishes.yes === true) return;
  const what = `Between ${from.version} and ${to?.version} of the driver "${name}" it changed hands: ${changes.join("; ")}.`;
  if (ask !== undefined && (await ask(`${what} Update it?`))) return;
  throw new MachineError("DRIVER_CHANGED_HANDS", `${what} The installed version stays.`, {
    suggestions: [
      `If you trust it: docker-machine driver update --yes ${name}`,
      `To stay at this version: docker-machine driver install --pin ${name}`,
    ],
  });
}

function versionName({ version, commit }: { readonly version: string; readonly commit?: string | undefined }): VersionName {
  return { version, ...(commit === undefined ? {} : { commit }) };
}

function noPrevious({ name, version, linked }: Receipt): MachineError {
  const reason = linked ? "it is linked to a folder" : `there is no version before ${version} on this computer`;
  return new MachineError("DRIVER_NO_PREVIOUS", `The driver "${name}" can't be rolled back: ${reason}.`, {
    suggestions: linked
      ? [`docker-machine driver unlink ${name}`]
      : ["To install a certain version: docker-machine driver install SOURCE@VERSION"],
  });
}
