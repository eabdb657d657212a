import { createHash } from "node:crypto";
import { isDriverName } from "@docker-machine/driver-sdk";
import { MachineError, messageOf } from "../../errors.js";
import type { Platform } from "../npm/dependency-pins.js";
import { type InstalledVersion, isInstalledVersion } from "../receipts.js";
import { LISTING, PACKAGE_FOLDER, parseListing, type RecordedFile } from "../tree/tree-listing.js";

/** The first entry of a bundle, by which it is told from an npm package. */
export const MANIFEST_ENTRY = "docker-machine-drivers.json";
const FORMAT = "docker-machine-drivers";
const FORMAT_VERSION = 1;

/** What is in a bundle: the drivers' trees, as they are in the drivers' folder, each with the listing of its files. */
export interface BundleManifest {
  /** What made it, for people. */
  readonly madeBy: string;
  /** Where it was made. */
  readonly platform: Platform;
  readonly drivers: readonly InstalledVersion[];
}

/** A driver of a bundle whose entries are all there and named in its listing. */
export interface BundledDriver {
  readonly version: InstalledVersion;
  readonly files: readonly RecordedFile[];
}

/** What was found by reading a bundle's headers. */
export interface BundleContent {
  /** The sizes of all entries. */
  readonly sizes: ReadonlyMap<string, number>;
  /** The manifest and the listings. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The text of a bundle's manifest. */
export function formatManifest({ madeBy, platform, drivers }: BundleManifest): string {
  return `${JSON.stringify({ format: FORMAT, version: FORMAT_VERSION, madeBy, platform, drivers }, null, 2)}\n`;
}

/** Where a driver's listing of files is. */
export function listingEntry({ folder }: InstalledVersion): string {
  return `${folder}/${LISTING}`;
}

/** Where a driver's file is. */
export function fileEntry({ folder }: InstalledVersion, { name }: RecordedFile): string {
  return `${folder}/${PACKAGE_FOLDER}/${name}`;
}

/**
 * Holds a bundle's entries against its manifest and listings: nothing is missing, nothing is there besides, and every size is right. The hash of a listing is the tree's.
 *
 * @param file the bundle, for messages
 * @throws {MachineError} `BUNDLE_INVALID`
 */
export function checkContent(
  content: BundleContent,
  file: string,
): { readonly manifest: BundleManifest; readonly drivers: readonly BundledDriver[] } {
  const manifest = parseManifest(content.texts.get(MANIFEST_ENTRY), file);
  const drivers = manifest.drivers.map((version) => ({ version, files: readFiles(version, content, file) }));
  const expected = new Map<string, number | undefined>([[MANIFEST_ENTRY, undefined]]);
  for (const { version, files } of drivers) {
    expected.set(listingEntry(version), undefined);
    for (const each of files) expected.set(fileEntry(version, each), each.sizeBytes);
  }
  const extra = [...content.sizes.keys()].find((entry) => !expected.has(entry));
  if (extra !== undefined) throw invalidBundle(file, `its entry ${JSON.stringify(extra)} is in no listing`);
  for (const [entry, sizeBytes] of expected) {
    const found = content.sizes.get(entry);
    if (found === undefined) throw invalidBundle(file, `${JSON.stringify(entry)} is missing`);
    if (sizeBytes !== undefined && sizeBytes !== found) throw invalidBundle(file, `${JSON.stringify(entry)} has the wrong size`);
  }
  return { manifest, drivers };
}

function parseManifest(text: string | undefined, file: string): BundleManifest {
  const content = parseJson(text ?? "", file);
  const { format, version, madeBy, platform, drivers } = (content ?? {}) as Readonly<Record<string, unknown>>;
  if (format !== FORMAT) throw invalidBundle(file, "it is no bundle of drivers");
  if (version !== FORMAT_VERSION) {
    throw new MachineError(
      "BUNDLE_INVALID",
      `The bundle ${file} has the format version ${JSON.stringify(version)}; this docker-machine reads ${FORMAT_VERSION}.`,
      {
        suggestions: ["Make the bundle with the same version of docker-machine that installs it."],
      },
    );
  }
  if (typeof madeBy !== "string" || !isPlatform(platform)) throw invalidBundle(file, "its manifest doesn't say where it was made");
  if (!Array.isArray(drivers) || drivers.length === 0) throw invalidBundle(file, "it has no drivers");
  const versions = drivers.map((each: unknown) => {
    if (isInstalledVersion(each) && isDriverName(each.name) && !each.linked && each.folder.startsWith(`${each.name}/`)) return each;
    throw invalidBundle(file, "the receipt of one of its drivers lacks fields, or has wrong ones");
  });
  if (new Set(versions.map(({ name }) => name)).size < versions.length) throw invalidBundle(file, "it has one driver twice");
  return { madeBy, platform, drivers: versions };
}

function readFiles(version: InstalledVersion, { texts }: BundleContent, file: string): readonly RecordedFile[] {
  const listing = texts.get(listingEntry(version));
  if (listing === undefined) throw invalidBundle(file, `the listing of "${version.name}" is missing`);
  if (createHash("sha256").update(listing).digest("hex") !== version.treeHash)
    throw invalidBundle(file, `the listing of "${version.name}" is not the one of its receipt`);
  const files = readListing(listing, file);
  const unsafe = files.find(({ name }) => !isPlainPath(name));
  if (unsafe !== undefined) throw invalidBundle(file, `the path ${JSON.stringify(unsafe.name)} leads out of its folder`);
  return files;
}

function readListing(listing: string, file: string): RecordedFile[] {
  try {
    return parseListing(listing);
  } catch (error) {
    throw invalidBundle(file, "one of its listings can't be read", error);
  }
}

function isPlainPath(path: string): boolean {
  return !/^[A-Za-z]:|[\\\0]/.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function isPlatform(value: unknown): value is Platform {
  return (
    typeof value === "object" &&
    value !== null &&
    "os" in value &&
    "cpu" in value &&
    [value.os, value.cpu].every((each) => typeof each === "string")
  );
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidBundle(file, `its manifest is not JSON (${messageOf(error)})`, error);
  }
}

/** For what is no whole bundle. */
export function invalidBundle(file: string, problem: string, cause?: unknown): MachineError {
  return new MachineError("BUNDLE_INVALID", `The bundle ${file} was refused: ${problem}. Nothing of it was installed.`, {
    cause,
    suggestions: ["Copy it again, and compare its SHA-256 with the one that `docker-machine driver bundle` printed."],
  });
}
