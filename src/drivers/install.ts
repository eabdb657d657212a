import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { makePrivateDirectory } from "../files/atomic-file.js";
import type { Candidate } from "./candidate.js";
import { type FoundDriver, findDriver } from "./find-driver.js";
import type { InstallContext, StageContext, StagedDriver } from "./install-context.js";
import { folderOf } from "./load.js";
import { type InstalledVersion, type Receipt, withoutPrevious } from "./receipts.js";
import { ensureSdkLink } from "./sdk-link.js";
import { type DriverSource, isSameOrigin, parseSource } from "./source/source.js";
import { stagePackage } from "./stage-package.js";
import { stageProgram } from "./stage-program.js";
import { sweepDrivers, withScratch } from "./sweep.js";
import { recordTree, wholeProblem } from "./tree/installed-tree.js";
import { checkAtLoad } from "./tree/load-check.js";

/** What an installation came to. */
export interface InstallResult {
  readonly receipt: Receipt;
  /** False if just this was already installed, and is whole. */
  readonly isNew: boolean;
}

/**
 * Installs a driver: its package.json is checked before anything of it is unpacked, its tree is made beside without running scripts, hashed, and imported for a check,
 * and one rename and the receipt make it the installed one. Until then the earlier version is; a process that dies leaves at most a folder that the next installation sweeps away.
 *
 * @throws {MachineError} one of the codes under "Drivers" in docs/errors.md
 */
export async function installDriver(typed: DriverSource, context: InstallContext): Promise<InstallResult> {
  return inDriversFolder(context, async (scratch) => {
    context.onStep("resolve");
    const found = await findDriver(typed, { ...context, scratch });
    return installFound(found, { ...context, scratch });
  });
}

/** Prepares the drivers' folder, and gives `action` a private folder in it. The caller holds the lock. */
export async function inDriversFolder<T>(
  context: Pick<InstallContext, "directory" | "receipts" | "sdk" | "onStep">,
  action: (scratch: string) => Promise<T>,
): Promise<T> {
  const { directory, receipts, sdk, onStep } = context;
  await makePrivateDirectory(directory);
  onStep("sweep");
  await sweepDrivers(directory, receipts);
  return withScratch(directory, async (scratch) => {
    await ensureSdkLink(directory, sdk);
    return action(scratch);
  });
}

/**
 * Installs what was found.
 *
 * @throws {MachineError} as {@link installDriver}
 */
export async function installFound(found: FoundDriver, context: StageContext): Promise<InstallResult> {
  const { candidate } = found;
  await judge(candidate, context);
  if (isFolder(found)) {
    const { linkFolder } = await import("./link-folder.js");
    return { receipt: await linkFolder(found, context), isNew: true };
  }
  // What is pinned below it may differ.
  const same = context.pinning === undefined ? await alreadyInstalled(candidate, context) : undefined;
  if (same !== undefined) return { receipt: same, isNew: false };
  const staged = "manifest" in found ? await stagePackage(found, context) : await stageProgram(found, context);
  return { receipt: await settle(staged, context), isNew: true };
}

/**
 * Holds what was found against what is installed, and asks those who may refuse it.
 *
 * @param shown what they see of it, if that isn't the same
 * @throws {MachineError} `DRIVER_NAME_TAKEN`, `SOURCE_MOVED`, and what the gates throw
 */
export async function judge(candidate: Candidate, context: InstallContext, shown: Candidate = candidate): Promise<void> {
  await refuseOtherOrigin(candidate, context);
  await refuseMoved(candidate, context);
  context.onStep("trust");
  for (const gate of context.gates) await gate(shown, context.wishes);
}

function isFolder(found: FoundDriver): found is Extract<FoundDriver, { readonly resolved: { readonly kind: "folder" } }> {
  return found.resolved.kind === "folder";
}

/** A driver's name belongs to the package or repository it was first installed from. Files and folders of the user's own may stand in for it, and it for them. */
async function refuseOtherOrigin({ name, source, shownSource }: Candidate, { receipts, log }: InstallContext): Promise<void> {
  const present = await receipts.find(name);
  const known = present === undefined ? undefined : parseSource(present.source, "/");
  if (present === undefined || known === undefined || isSameOrigin(known, source)) return;
  if (![known, source].every(({ kind }) => kind === "npm" || kind === "git")) {
    log.warn(`The driver "${name}" from ${present.source} is replaced by that from ${shownSource}.`);
    return;
  }
  throw new MachineError(
    "DRIVER_NAME_TAKEN",
    `${shownSource} calls its driver "${name}", but the driver "${name}" installed here comes from ${present.source}.`,
    { suggestions: [`To replace it: docker-machine driver uninstall ${name} && docker-machine driver install ${shownSource}`] },
  );
}

/** A version that is pinned is what it was: other contents under the same version or tag are somebody's change. */
async function refuseMoved({ name, version, shownSource, commit, integrity, tag }: Candidate, { receipts }: InstallContext): Promise<void> {
  const present = await receipts.find(name);
  if (present?.pinned !== true || present.version !== version || present.tag !== tag) return;
  const [was, is] = commit === undefined ? [present.integrity, integrity] : [present.commit, commit];
  const isFixed = commit === undefined || tag !== undefined;
  if (!isFixed || was === undefined || is === undefined || was === is) return;
  throw new MachineError(
    "SOURCE_MOVED",
    `The driver "${name}" is pinned at ${version}, and ${shownSource} now has other contents under that ${tag === undefined ? "version" : `tag (${tag})`}: ${is} instead of ${was}. The installed one stays.`,
    {
      suggestions: [
        "Ask its author why. Versions and tags that were published should not change.",
        `If you trust the new contents: docker-machine driver uninstall --force ${name} && docker-machine driver install --pin ${shownSource}`,
      ],
    },
  );
}

async function alreadyInstalled(candidate: Candidate, { receipts, directory, wishes }: InstallContext): Promise<Receipt | undefined> {
  const present = await receipts.find(candidate.name);
  if (present?.treeHash === undefined || !isSameVersion(candidate, present)) return undefined;
  if (wishes.allowScripts === true && present.scripts === undefined) return undefined;
  if ((await wholeProblem(folderOf(present, directory), present.treeHash)) !== undefined) return undefined;
  const renamed = { ...present, source: candidate.shownSource, pinned: wishes.pin === true };
  if (renamed.source !== present.source || renamed.pinned !== present.pinned) await receipts.put(renamed);
  return renamed;
}

/** Whether what was found is just what is installed, by its commit or its hash. */
export function isSameVersion({ version, commit, integrity }: Candidate, present: InstalledVersion): boolean {
  if (present.linked || present.version !== version) return false;
  const identity = commit ?? integrity;
  return identity !== undefined && identity === (present.commit ?? present.integrity);
}

/** Measures the tree, and makes it the installed one by a rename and a receipt. */
export async function settle(driver: StagedDriver, context: StageContext): Promise<Receipt> {
  const { staged, candidate } = driver;
  const { directory, receipts, signal, onStep } = context;
  throwIfAborted(signal);
  onStep("record");
  const receipt = receiptOf(driver, await recordTree(staged), context);
  // A second copy in the tree's folder: what is installed can be found out again if receipts.json is lost.
  await writeFile(join(staged, "receipt.json"), `${JSON.stringify(receipt, null, 2)}\n`, { mode: 0o600 });
  await context.pinning?.check(staged);
  throwIfAborted(signal);
  onStep("import");
  await driver.tryImport();
  await refuseSelfChange(staged, receipt);
  throwIfAborted(signal);
  onStep("swap");
  await swap(staged, receipt, directory);
  onStep("receipt");
  const present = await receipts.find(candidate.name);
  const previous = present === undefined ? undefined : present.folder === receipt.folder ? present.previous : withoutPrevious(present);
  const whole = previous === undefined ? receipt : { ...receipt, previous };
  await receipts.put(whole);
  return whole;
}

/** A driver that writes into its own folder would be refused as damaged from then on. */
async function refuseSelfChange(staged: string, { name, source, treeHash = "" }: Receipt): Promise<void> {
  const { problem } = await checkAtLoad(staged, treeHash);
  if (problem === undefined) return;
  throw new MachineError("DRIVER_LOAD_FAILED", `The driver "${name}" (${source}) changes its own files when it is imported: ${problem}.`, {
    suggestions: ["Tell the driver's author: what it writes belongs into the machine's folder, or into a cache folder of its own."],
  });
}

/** The rename. Where the very same tree is already installed it stays, unless it was damaged since. */
async function swap(staged: string, receipt: Receipt, directory: string): Promise<void> {
  const place = folderOf(receipt, directory);
  await makePrivateDirectory(join(directory, receipt.name));
  if ((await wholeProblem(place, receipt.treeHash ?? "")) === undefined) return;
  await rm(place, { recursive: true, force: true });
  await rename(staged, place);
}

function receiptOf(
  driver: StagedDriver,
  summary: Awaited<ReturnType<typeof recordTree>>,
  { wishes, programVersion }: InstallContext,
): Receipt {
  const { candidate } = driver;
  const { name, version, form, shownSource, sdkRange = "", commit, tag, integrity, facts } = candidate;
  return {
    name,
    version,
    form,
    package: driver.package,
    source: shownSource,
    folder: `${name}/${version}-${summary.treeHash.slice(0, 12)}`,
    linked: false,
    entry: driver.entry,
    sdkRange,
    pinned: wishes.pin === true,
    ...(commit === undefined ? {} : { commit }),
    ...(tag === undefined ? {} : { tag }),
    ...(integrity === undefined ? {} : { integrity }),
    ...summary,
    ...(driver.scripts === undefined ? {} : { scripts: driver.scripts }),
    installedAt: new Date().toISOString(),
    installedBy: programVersion,
    facts,
  };
}
