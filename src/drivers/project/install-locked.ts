import { type FoundDriver, findDriver } from "../find-driver.js";
import { inDriversFolder, installFound } from "../install.js";
import type { InstallContext, Pinning } from "../install-context.js";
import { folderOf } from "../load.js";
import type { DependencyPins } from "../npm/dependency-pins.js";
import { platformBoundPlaces } from "../npm/dependency-pins.js";
import type { Receipt } from "../receipts.js";
import { type DriverSource, formatSource } from "../source/source.js";
import { recordedFiles, wholeProblem } from "../tree/installed-tree.js";
import { portableHash } from "../tree/portable-tree.js";
import { checkName, type DeclaredDriver } from "./declaration.js";
import type { LockedDriver } from "./lock-file.js";
import { exactSource, lockMismatch, platformKey, treeProblem, versionProblem } from "./locked-driver.js";

/** What {@link installLocked} installs. */
export interface LockedInstallation {
  readonly declared: DeclaredDriver;
  readonly locked: LockedDriver;
  /** The lock file, for messages. */
  readonly lockPath: string;
}

/**
 * How an installed driver differs from what is locked, its tree included; undefined if it doesn't.
 *
 * @param directory the drivers' folder
 */
export async function installedProblem(receipt: Receipt, locked: LockedDriver, directory: string): Promise<string | undefined> {
  return versionProblem(receipt, locked) ?? (await treeProblem(folderOf(receipt, directory), locked));
}

/**
 * Installs just the locked version of a driver with just the locked packages below it, or nothing. That is consent to it: only a policy may still refuse.
 *
 * @throws {MachineError} `LOCK_MISMATCH`, and as an installation
 */
export async function installLocked({ declared, locked, lockPath }: LockedInstallation, context: InstallContext): Promise<Receipt> {
  const { directory, receipts, wishes } = context;
  const present = await receipts.find(declared.name);
  if (present !== undefined && (await installedProblem(present, locked, directory)) === undefined) {
    if ((await wholeProblem(folderOf(present, directory), present.treeHash ?? "")) === undefined) return present;
  }
  const refuse = (problem: string | undefined) => {
    if (problem !== undefined) throw lockMismatch(declared.name, lockPath, problem, suggestionsFor(declared));
  };
  const pinning: Pinning = {
    pins: async () => locked.dependencies ?? {},
    check: async (folder) => refuse(await treeProblem(folder, locked)),
  };
  const agreed = { ...context, wishes: { ...wishes, locked: true, allowScripts: false }, pinning };
  return installPinned(exactSource(declared, locked), declared, {
    ...agreed,
    check: ({ candidate }) => {
      checkName(candidate, declared);
      refuse(versionProblem(candidate, locked));
    },
  });
}

function suggestionsFor({ name }: DeclaredDriver): string[] {
  return [
    "Ask the driver's author why, or whoever runs the registry: what was published should not change.",
    `To lock what is there now, after a look at the difference: docker-machine driver lock --update ${name}`,
  ];
}

/**
 * Installs the newest version that a declaration takes, and tells what to lock of it.
 *
 * @param source which version, if it isn't the newest
 * @throws {MachineError} as an installation
 */
export async function installToLock(declared: DeclaredDriver, context: InstallContext, source = declared.source): Promise<LockedDriver> {
  const seen: { pins: DependencyPins } = { pins: {} };
  const pinning: Pinning = {
    pins: async (root, npm, source) => {
      seen.pins = await npm.findPins(root, source);
      return seen.pins;
    },
    check: async () => undefined,
  };
  const wishes = { ...context.wishes, allowScripts: false };
  const check = ({ candidate }: FoundDriver) => checkName(candidate, declared);
  const receipt = await installPinned(source, declared, { ...context, wishes, pinning, check });
  return lockOf(receipt, declared, { pins: seen.pins, directory: context.directory });
}

type PinnedContext = InstallContext & { readonly pinning: Pinning; readonly check: (found: FoundDriver) => void };

/** The receipt has the declared source, not the exact one: an update goes on from there. */
async function installPinned(source: DriverSource, declared: DeclaredDriver, context: PinnedContext): Promise<Receipt> {
  return inDriversFolder(context, async (scratch) => {
    context.onStep("resolve");
    const found = await findDriver(source, { ...context, scratch });
    context.check(found);
    const candidate = { ...found.candidate, source: declared.source, shownSource: formatSource(declared.source) };
    const { receipt } = await installFound({ ...found, candidate }, { ...context, scratch });
    return receipt;
  });
}

async function lockOf(
  receipt: Receipt,
  { text }: DeclaredDriver,
  { pins, directory }: { readonly pins: DependencyPins; readonly directory: string },
): Promise<LockedDriver> {
  const { version, tag, commit, integrity, form } = receipt;
  const files = await recordedFiles(folderOf(receipt, directory));
  const origin = { ...(tag === undefined ? {} : { tag }), ...(commit === undefined ? {} : { commit }) };
  if (form === "program") return { declared: text, version, ...origin, programs: { [platformKey()]: portableHash(files, []) } };
  return {
    declared: text,
    package: receipt.package,
    version,
    ...origin,
    ...(integrity === undefined ? {} : { integrity }),
    tree: portableHash(files, platformBoundPlaces(pins)),
    dependencies: pins,
  };
}
