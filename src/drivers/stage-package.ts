import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { unpackTarball } from "./archive/package-tarball.js";
import type { FoundPackage } from "./find-driver.js";
import type { Pinning, StageContext, StagedDriver } from "./install-context.js";
import { importDriver } from "./load.js";
import { bundlesSdk, type DriverManifest, parseManifestText, readManifest, SDK_PACKAGE } from "./manifest.js";
import type { NpmClient } from "./npm/npm-client.js";
import type { TreeRoot } from "./npm/plain-tree.js";
import { PACKAGE_FOLDER } from "./tree/tree-listing.js";

/**
 * Makes a package's tree beside: unpacked, with its dependencies, and without running scripts unless that was asked for.
 *
 * @throws {MachineError} one of the codes under "Drivers" in docs/errors.md
 */
export async function stagePackage({ resolved, manifest, candidate, npm }: FoundPackage, context: StageContext): Promise<StagedDriver> {
  const { onStep, signal, scratch } = context;
  const { shownSource: shown } = candidate;
  const step = (name: Parameters<typeof onStep>[0]) => {
    throwIfAborted(signal);
    onStep(name);
  };
  const staged = join(scratch, "tree");
  const folder = join(staged, PACKAGE_FOLDER);
  step("unpack");
  if (context.pinning === undefined) npm.expectDependencies(resolved.manifest);
  await unpackTarball(await resolved.fetch(), folder);
  const content = await checkUnpacked(folder, manifest, shown);
  step("dependencies");
  if (hasDependencies(content)) await layDependencies({ folder, content, scratch }, { npm, source: shown, pinning: context.pinning });
  const scripts = await installScripts(folder, shown, context);
  await refuseSecondSdk(folder, manifest, shown);
  const { entry } = manifest;
  const tryImport = async () => void (await importDriver({ name: manifest.driver, source: shown, folder, entry }));
  return { candidate, staged, package: manifest.package, entry, tryImport, ...(scripts === undefined ? {} : { scripts }) };
}

/** What ran, if running them was asked for; else they are named, since the driver may need them. */
async function installScripts(folder: string, source: string, context: StageContext): Promise<readonly string[] | undefined> {
  const { wishes, log } = context;
  if (wishes.allowScripts === true) {
    const { runInstallScripts } = await import("./install-scripts/run-scripts.js");
    return runInstallScripts(folder, { ...context, source });
  }
  const { describeUnrun, findInstallScripts } = await import("./install-scripts/find-scripts.js");
  const unrun = describeUnrun(await findInstallScripts(folder), source);
  if (unrun !== undefined) log.warn(unrun);
  return undefined;
}

async function layDependencies(
  root: TreeRoot,
  { npm, source, pinning }: { readonly npm: NpmClient; readonly source: string; readonly pinning: Pinning | undefined },
): Promise<void> {
  if (pinning === undefined) return npm.installDependencies(root, source);
  await npm.installPins(root, await pinning.pins(root, npm, source), source);
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

/**
 * Refuses a tree with a copy of the SDK in it.
 *
 * @throws {MachineError} `DRIVER_BUNDLES_SDK`
 */
export async function refuseSecondSdk(folder: string, { driver }: DriverManifest, source: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const isSdk = (path: string) => path.replaceAll("\\", "/").endsWith(`/node_modules/${SDK_PACKAGE}`);
  if (entries.some((entry) => isSdk(join(entry.parentPath, entry.name)))) throw bundlesSdk(driver, { source });
}
