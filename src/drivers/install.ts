import { randomUUID } from "node:crypto";
import { readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDriverName, type Logger, throwIfAborted } from "@docker-machine/driver-sdk";
import { hasCode, MachineError } from "../errors.js";
import { makePrivateDirectory } from "../files/atomic-file.js";
import type { Settings } from "../settings.js";
import { checkCompatibility } from "./compatibility.js";
import { PACKAGE_FOLDER, recordTree, type TreeSummary, wholeProblem } from "./installed-tree.js";
import { folderOf, importDriver, importLinked } from "./load.js";
import { bundlesSdk, type DriverManifest, parseManifestText, readManifest, SDK_PACKAGE } from "./manifest.js";
import { NpmClient } from "./npm-client.js";
import type { ResolvedFolder, ResolvedPackage } from "./origins/origin.js";
import { unpackTarball } from "./package-tarball.js";
import type { Receipt, Receipts } from "./receipts.js";
import { packageOfName, resolveSource } from "./resolve.js";
import { ensureSdkLink, type HostSdk } from "./sdk-link.js";
import { type DriverSource, formatSource, isSameOrigin, parseSource } from "./source.js";
import { type Ask, checkTrust } from "./trust.js";

/** The steps of an installation, in their order. */
export const INSTALL_STEPS = [
  "sweep",
  "resolve",
  "check",
  "trust",
  "unpack",
  "dependencies",
  "record",
  "import",
  "swap",
  "receipt",
] as const;

/** One of {@link INSTALL_STEPS}. */
export type InstallStep = (typeof INSTALL_STEPS)[number];

/** What an installation needs. */
export interface InstallContext {
  /** The drivers' folder, whose lock the caller holds. */
  readonly directory: string;
  readonly receipts: Receipts;
  readonly sdk: HostSdk;
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly ask: Ask | undefined;
  readonly signal: AbortSignal;
  /** Told before each step begins. */
  readonly onStep: (step: InstallStep) => void;
}

/** What an installation came to. */
export interface InstallResult {
  readonly receipt: Receipt;
  /** False if just this was already installed, and is whole. */
  readonly isNew: boolean;
}

const STAGING = ".staging";
const VERSION_FOLDER = /^\d.*-[0-9a-f]{12}$/;

/**
 * Installs a driver: its package.json is checked before anything of it is unpacked, its tree is made beside without running scripts, hashed, and imported for a check,
 * and one rename and the receipt make it the installed one. Until then the earlier version is; a process that dies leaves at most a folder that the next installation sweeps away.
 *
 * @throws {MachineError} one of the codes under "Drivers" in docs/errors.md
 */
export async function installDriver(typed: DriverSource, context: InstallContext): Promise<InstallResult> {
  const { directory, onStep } = context;
  const source: DriverSource = typed.kind === "name" ? { kind: "npm", package: packageOfName(typed.name) } : typed;
  await makePrivateDirectory(directory);
  onStep("sweep");
  await sweep(context);
  const scratch = join(directory, STAGING, randomUUID());
  await makePrivateDirectory(scratch);
  try {
    await ensureSdkLink(directory, context.sdk);
    onStep("resolve");
    const npm = new NpmClient({ env: context.env, directory, signal: context.signal });
    const resolved = await resolveSource(source, { ...context, scratch, npm });
    onStep("check");
    const manifest = await checkManifest(resolved.manifest, source, context);
    onStep("trust");
    await checkTrust(typed, manifest, context.ask);
    if ("directory" in resolved) return { receipt: await link(resolved, manifest, source, context), isNew: true };
    const same = await alreadyInstalled(resolved, manifest, source, context);
    if (same !== undefined) return { receipt: same, isNew: false };
    return { receipt: await installPackage({ resolved, manifest, source, scratch, npm }, context), isNew: true };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Removes what earlier installations left behind: staging folders, and versions that no receipt names any more.
 * A version that was replaced may still run somewhere, so it is kept until the next installation. The caller holds the lock.
 */
async function sweep({ directory, receipts }: Pick<InstallContext, "directory" | "receipts">): Promise<void> {
  await rm(join(directory, STAGING), { recursive: true, force: true });
  const kept = new Set((await receipts.all()).map((receipt) => folderOf(receipt, directory)));
  for (const name of (await foldersIn(directory)).filter(isDriverName)) {
    const versions = (await foldersIn(join(directory, name))).filter((version) => VERSION_FOLDER.test(version));
    const unused = versions.map((version) => join(directory, name, version)).filter((folder) => !kept.has(folder));
    for (const folder of unused) await rm(folder, { recursive: true, force: true });
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

async function checkManifest(content: unknown, source: DriverSource, context: InstallContext): Promise<DriverManifest> {
  const shown = formatSource(source);
  const manifest = readManifest(content, { source: shown });
  const { driver, version, sdkRange } = manifest;
  await checkCompatibility({ driver, version, source: shown, sdkRange, sdkVersion: context.sdk.version });
  await refuseOtherOrigin(manifest, source, context);
  return manifest;
}

/** A driver's name belongs to the package or repository it was first installed from. Files and folders of the user's own may stand in for it, and it for them. */
async function refuseOtherOrigin({ driver }: DriverManifest, source: DriverSource, { receipts, log }: InstallContext): Promise<void> {
  const present = await receipts.find(driver);
  const known = present === undefined ? undefined : parseSource(present.source, "/");
  if (present === undefined || known === undefined || isSameOrigin(known, source)) return;
  const shown = formatSource(source);
  if (![known, source].every(({ kind }) => kind === "npm" || kind === "git")) {
    log.warn(`The driver "${driver}" from ${present.source} is replaced by that from ${shown}.`);
    return;
  }
  throw new MachineError(
    "DRIVER_NAME_TAKEN",
    `${shown} calls its driver "${driver}", but the driver "${driver}" installed here comes from ${present.source}.`,
    {
      suggestions: [`To replace it: docker-machine driver uninstall ${driver} && docker-machine driver install ${shown}`],
    },
  );
}

async function alreadyInstalled(
  resolved: ResolvedPackage,
  manifest: DriverManifest,
  source: DriverSource,
  context: InstallContext,
): Promise<Receipt | undefined> {
  const { receipts, directory } = context;
  const present = await receipts.find(manifest.driver);
  if (present?.treeHash === undefined || present.version !== manifest.version) return undefined;
  const identity = resolved.commit ?? resolved.integrity;
  if (identity === undefined || identity !== (present.commit ?? present.integrity)) return undefined;
  if ((await wholeProblem(folderOf(present, directory), present.treeHash)) !== undefined) return undefined;
  const renamed = { ...present, source: formatSource(source) };
  if (renamed.source !== present.source) await receipts.put(renamed);
  return renamed;
}

interface Installation {
  readonly resolved: ResolvedPackage;
  readonly manifest: DriverManifest;
  readonly source: DriverSource;
  readonly scratch: string;
  readonly npm: NpmClient;
}

async function installPackage(installation: Installation, context: InstallContext): Promise<Receipt> {
  const { resolved, manifest, source, scratch, npm } = installation;
  const { directory, onStep, signal, receipts } = context;
  const shown = formatSource(source);
  const step = (name: InstallStep) => {
    throwIfAborted(signal);
    onStep(name);
  };
  const staged = join(scratch, "tree");
  const packageFolder = join(staged, PACKAGE_FOLDER);
  step("unpack");
  npm.expectDependencies(resolved.manifest);
  await unpackTarball(await resolved.fetch(), packageFolder);
  const content = await checkUnpacked(packageFolder, manifest, shown);
  step("dependencies");
  if (hasDependencies(content)) await npm.installDependencies({ folder: packageFolder, content, scratch }, shown);
  await refuseSecondSdk(packageFolder, manifest, shown);
  step("record");
  const summary = await recordTree(staged);
  step("import");
  await importDriver({ name: manifest.driver, source: shown, folder: packageFolder, entry: manifest.entry });
  const receipt = receiptOf(installation, summary);
  step("swap");
  await swap(staged, receipt, directory);
  onStep("receipt");
  await receipts.put(receipt);
  return receipt;
}

/** A registry could tell one package.json and serve another: what was checked is what must be there. */
async function checkUnpacked(folder: string, checked: DriverManifest, source: string): Promise<Record<string, unknown>> {
  const content = parseManifestText(await readFile(join(folder, "package.json"), "utf8"), { source });
  const unpacked = readManifest(content, { source });
  const fields = ["package", "version", "driver", "sdkRange", "entry"] as const;
  const differing = fields.find((field) => unpacked[field] !== checked[field]);
  if (differing === undefined) return content as Record<string, unknown>;
  throw new MachineError(
    "DRIVER_MANIFEST_MISMATCH",
    `${source} was refused: its registry says that its ${differing} is ${JSON.stringify(checked[differing])}, but its package.json says ${JSON.stringify(unpacked[differing])}.`,
    { suggestions: ["Tell the driver's author or the registry's operator."] },
  );
}

function hasDependencies(content: Record<string, unknown>): boolean {
  return ["dependencies", "optionalDependencies"].some((field) => Object.keys(content[field] ?? {}).length > 0);
}

async function refuseSecondSdk(folder: string, { driver }: DriverManifest, source: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const isSdk = (path: string) => path.replaceAll("\\", "/").endsWith(`/node_modules/${SDK_PACKAGE}`);
  if (entries.some((entry) => isSdk(join(entry.parentPath, entry.name)))) throw bundlesSdk(driver, { source });
}

/** The rename. Where the very same tree is already installed it stays, unless it was damaged since. */
async function swap(staged: string, receipt: Receipt, directory: string): Promise<void> {
  const place = folderOf(receipt, directory);
  await makePrivateDirectory(join(directory, receipt.name));
  if ((await wholeProblem(place, receipt.treeHash ?? "")) === undefined) return;
  await rm(place, { recursive: true, force: true });
  await rename(staged, place);
}

function receiptOf({ resolved, manifest, source }: Installation, summary: TreeSummary): Receipt {
  const { commit, integrity } = resolved;
  return {
    name: manifest.driver,
    version: manifest.version,
    package: manifest.package,
    source: formatSource(source),
    folder: `${manifest.driver}/${manifest.version}-${summary.treeHash.slice(0, 12)}`,
    linked: false,
    entry: manifest.entry,
    sdkRange: manifest.sdkRange,
    ...(commit === undefined ? {} : { commit }),
    ...(integrity === undefined ? {} : { integrity }),
    ...summary,
    installedAt: new Date().toISOString(),
  };
}

async function link(
  { directory: folder }: ResolvedFolder,
  manifest: DriverManifest,
  source: DriverSource,
  context: InstallContext,
): Promise<Receipt> {
  const { driver: name, version, package: packageName, entry, sdkRange } = manifest;
  context.onStep("import");
  await importLinked({ name, source: formatSource(source), folder, entry });
  const receipt: Receipt = {
    name,
    version,
    package: packageName,
    source: formatSource(source),
    folder,
    linked: true,
    entry,
    sdkRange,
    fileCount: 0,
    sizeBytes: 0,
    installedAt: new Date().toISOString(),
  };
  context.onStep("receipt");
  await context.receipts.put(receipt);
  return receipt;
}
