import { registerHooks } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type DriverDefinition, isDriverDefinition, type Logger } from "@docker-machine/driver-sdk";
import { hasCode, MachineError, messageOf } from "../errors.js";
import { checkCompatibility, warnIfUnfit } from "./compatibility.js";
import type { LoadedDriver } from "./loaded-driver.js";
import { readManifest, SDK_PACKAGE } from "./manifest.js";
import { resolveFolder } from "./origins/folder.js";
import type { InstalledVersion, Receipt } from "./receipts.js";
import { ensureSdkLink, type HostSdk } from "./sdk-link.js";
import { PACKAGE_FOLDER } from "./tree/tree-listing.js";

/** What loading a driver needs to know. */
export interface LoadContext {
  /** The drivers' folder. */
  readonly directory: string;
  readonly sdk: HostSdk;
  readonly log: Pick<Logger, "warn">;
}

/** A package on disk to be imported as a driver. */
export interface DriverPackage {
  /** The name its manifest gives. */
  readonly name: string;
  /** The canonical source, for messages. */
  readonly source: string;
  /** The folder of its package.json. */
  readonly folder: string;
  /** The file to import, relative to {@link folder}. */
  readonly entry: string;
}

const IMPORT_DEADLINE_MS = 30_000;

/**
 * Loads an installed driver: its receipt is held against this program's SDK and against the files on disk, then it is imported.
 *
 * @throws {MachineError} `DRIVER_INCOMPATIBLE`, `DRIVER_DAMAGED`, `DRIVER_LOAD_FAILED`, `DRIVER_EXPORT_INVALID`, `SDK_LINK_FAILED`
 */
export async function loadReceipt(receipt: Receipt, { directory, sdk, log }: LoadContext): Promise<LoadedDriver> {
  const { name, version, source, entry, linked } = receipt;
  if (linked) return loadLinked(receipt, { sdk, log });
  await checkCompatibility({ ...receipt, driver: name, sdkVersion: sdk.version });
  await ensureSdkLink(directory, sdk);
  const folder = await checkTree(receipt, directory);
  const definition = await importDriver({ name, source, folder: join(folder, PACKAGE_FOLDER), entry });
  return { definition, name, source, version, kind: "installed" };
}

/** The folder of a receipt's tree, once that is known to be as it was installed. */
async function checkTree(receipt: Receipt, directory: string): Promise<string> {
  const folder = folderOf(receipt, directory);
  const { checkAtLoad } = await import("./tree/load-check.js");
  const { treeHash = "" } = receipt;
  const { problem, leavesModules } = await checkAtLoad(folder, treeHash);
  if (problem !== undefined) throw damaged(receipt, folder, problem);
  if (leavesModules) {
    const { guardModules } = await import("./tree/guard-modules.js");
    guardModules({ folder, treeHash, damaged: (what) => damaged(receipt, folder, what) });
  }
  return folder;
}

/** A linked folder may have changed in any way since it was linked, so its package.json is read again. */
async function loadLinked({ name, source, folder }: Receipt, { sdk, log }: Pick<LoadContext, "sdk" | "log">): Promise<LoadedDriver> {
  const { manifest } = await resolveFolder({ kind: "folder", path: folder });
  const { version, sdkRange, entry } = readManifest(manifest, { source });
  await warnIfUnfit({ driver: name, version, source, sdkRange, sdkVersion: sdk.version }, log);
  return { definition: await importLinked({ name, source, folder, entry }), name, source, version, kind: "linked" };
}

/** Where a receipt's tree is, as an absolute path. */
export function folderOf({ folder }: Pick<InstalledVersion, "folder">, directory: string): string {
  return isAbsolute(folder) ? folder : resolve(directory, folder);
}

/** Imports a folder of the user's own, whose imports of the SDK are led to this program's copy, wherever the folder is. */
export async function importLinked(driver: DriverPackage): Promise<DriverDefinition> {
  const inside = pathToFileURL(join(driver.folder, "/")).href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const isSdk = specifier === SDK_PACKAGE || specifier.startsWith(`${SDK_PACKAGE}/`);
      return nextResolve(
        specifier,
        isSdk && context.parentURL?.startsWith(inside) === true ? { ...context, parentURL: import.meta.url } : context,
      );
    },
  });
  return importDriver(driver);
}

/**
 * Imports a driver's package and checks what it exports.
 *
 * @throws {MachineError} `DRIVER_LOAD_FAILED`, `DRIVER_EXPORT_INVALID`
 */
export async function importDriver(driver: DriverPackage): Promise<DriverDefinition> {
  const url = pathToFileURL(join(driver.folder, driver.entry)).href;
  return definitionIn(await importInTime(url, driver), driver);
}

/**
 * The definition that a driver's package exports by default; a CommonJS package may have it one level deeper.
 *
 * @throws {MachineError} `DRIVER_EXPORT_INVALID`
 */
export function definitionIn(namespace: unknown, { name, source }: Pick<DriverPackage, "name" | "source">): DriverDefinition {
  const definition = findDefinition(namespace);
  if (definition === undefined) {
    throw new MachineError("DRIVER_EXPORT_INVALID", `The driver "${name}" (${source}) exports no driver definition by default.`, {
      suggestions: [`For its author: export default defineDriver({ … }) from ${SDK_PACKAGE}.`],
    });
  }
  if (definition.name === name) return definition;
  throw new MachineError(
    "DRIVER_EXPORT_INVALID",
    `The package of the driver "${name}" (${source}) exports a driver called ${JSON.stringify(definition.name)}.`,
    {
      suggestions: ["For its author: give dockerMachine.driver in package.json and the definition the same name."],
    },
  );
}

function findDefinition(namespace: unknown): DriverDefinition | undefined {
  try {
    const outer = defaultOf(namespace);
    return [outer, defaultOf(outer)].find(isDriverDefinition);
  } catch {
    // What a stranger exports may throw at any touch.
    return undefined;
  }
}

function defaultOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "default" in value ? value.default : undefined;
}

/** A module that waits for ever in its top level would let Node end silently; the timer keeps it alive and then says so. */
async function importInTime(url: string, driver: DriverPackage): Promise<unknown> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`importing it did not end within ${IMPORT_DEADLINE_MS / 1000} s`)),
    IMPORT_DEADLINE_MS,
  );
  try {
    return await Promise.race([import(url), late.promise]);
  } catch (error) {
    throw error instanceof MachineError ? error : loadFailed(error, driver);
  } finally {
    clearTimeout(timer);
  }
}

function loadFailed(error: unknown, { name, source, entry }: DriverPackage): MachineError {
  const message = messageOf(error).split("\n")[0] ?? "";
  const isUnbuilt = hasCode(error, "ERR_MODULE_NOT_FOUND") && message.includes(entry);
  const advice = isUnbuilt
    ? `Its file ${entry} is missing: it may have to be built first. Install it from npm or a release, or build it in a folder of your own and use ./folder.`
    : "Tell the driver's author; --debug shows where it failed.";
  return new MachineError("DRIVER_LOAD_FAILED", `The driver "${name}" (${source}) could not be imported: ${message}`, {
    cause: error,
    suggestions: [advice],
  });
}

function damaged({ name, version, source }: Receipt, folder: string, problem: string): MachineError {
  return new MachineError("DRIVER_DAMAGED", `The driver "${name}" ${version} in ${folder} is damaged: ${problem}.`, {
    suggestions: [`docker-machine driver install ${source}`],
  });
}
