import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { hasCode, MachineError } from "../../errors.js";
import { besidePath, unwritable } from "../../files/atomic-file.js";
import { ARCHIVE_LIMITS } from "../archive/archive-limits.js";
import type { InstallContext } from "../install-context.js";
import { folderOf } from "../load.js";
import { currentPlatform } from "../npm/dependency-pins.js";
import { type InstalledVersion, withoutPrevious } from "../receipts.js";
import { findShipped } from "../shipped.js";
import { withScratch } from "../sweep.js";
import { recordedFiles, wholeProblem } from "../tree/installed-tree.js";
import { type BundledDriver, fileEntry, formatManifest, listingEntry, MANIFEST_ENTRY } from "./bundle-manifest.js";
import { platformParts } from "./platform-parts.js";

/** A bundle that was written. */
export interface WrittenBundle {
  readonly file: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly drivers: readonly { readonly name: string; readonly version: string; readonly platformParts: readonly string[] }[];
}

/**
 * Packs installed drivers with all that is below them into one file, from which they can be installed without network. Each tree is read whole and held against its receipt first.
 * The same drivers give the same file. The caller holds the drivers' lock.
 *
 * @throws {MachineError} `DRIVER_MISSING`, `DRIVER_SHIPPED`, `DRIVER_LINKED`, `DRIVER_DAMAGED`, `DRIVER_TOO_LARGE`, `FILE_UNWRITABLE`
 */
export async function writeBundle(names: readonly string[], file: string, context: InstallContext): Promise<WrittenBundle> {
  const { directory, programVersion } = context;
  const drivers: BundledDriver[] = [];
  for (const name of [...new Set(names)].sort()) drivers.push(await wholeDriver(name, context));
  refuseTooLarge(drivers);
  const versions = drivers.map(({ version }) => version);
  const manifest = formatManifest({ madeBy: `docker-machine ${programVersion}`, platform: currentPlatform(), drivers: versions });
  const entries = drivers.flatMap(({ version, files }) => [listingEntry(version), ...files.map((each) => fileEntry(version, each))]);
  await withScratch(directory, async (scratch) => {
    await writeFile(join(scratch, MANIFEST_ENTRY), manifest);
    await pack({ scratch, directory, entries }, file);
  });
  const described = drivers.map(async ({ version, files }) => {
    const parts = await platformParts(version, folderOf(version, directory), files);
    return { name: version.name, version: version.version, platformParts: parts };
  });
  return { file, ...(await measure(file)), drivers: await Promise.all(described) };
}

async function wholeDriver(name: string, { receipts, directory }: InstallContext): Promise<BundledDriver> {
  if (findShipped(name) !== undefined) {
    throw new MachineError(
      "DRIVER_SHIPPED",
      `The driver "${name}" is part of docker-machine: it is wherever docker-machine is, and needs no bundle.`,
    );
  }
  const version = withoutPrevious(await receipts.get(name));
  if (version.linked) {
    throw new MachineError("DRIVER_LINKED", `The driver "${name}" is used in place, from ${version.folder}, so it can't be bundled.`, {
      suggestions: ["Pack that folder with `npm pack`, and install the file that makes."],
    });
  }
  const folder = folderOf(version, directory);
  const problem = await wholeProblem(folder, version.treeHash ?? "");
  if (problem === undefined) return { version, files: await recordedFiles(folder) };
  throw new MachineError("DRIVER_DAMAGED", `The driver "${name}" ${version.version} in ${folder} is damaged: ${problem}.`, {
    suggestions: [`docker-machine driver install ${version.source}`],
  });
}

function refuseTooLarge(drivers: readonly BundledDriver[]): void {
  const bytes = drivers.reduce((sum, { version }) => sum + version.sizeBytes, 0);
  const count = drivers.reduce((sum, { files }) => sum + files.length, 0);
  if (bytes < ARCHIVE_LIMITS.bytes && count < ARCHIVE_LIMITS.entries) return;
  throw new MachineError(
    "DRIVER_TOO_LARGE",
    `The drivers ${shown(drivers)} are too large for one bundle: ${bytes} bytes in ${count} files.`,
    {
      suggestions: ["Make a bundle of each."],
    },
  );
}

function shown(drivers: readonly { readonly version: InstalledVersion }[]): string {
  return drivers.map(({ version }) => version.name).join(", ");
}

interface PackOrder {
  /** Holds the manifest. */
  readonly scratch: string;
  /** The drivers' folder. */
  readonly directory: string;
  /** Paths in it. */
  readonly entries: readonly string[];
}

/** The manifest is the first entry. Times and owners are left out. */
async function pack({ scratch, directory, entries }: PackOrder, file: string): Promise<void> {
  const { create } = await import("tar/create");
  const options = { portable: true, mtime: new Date(0), strict: true } as const;
  const first = join(scratch, "manifest.tar");
  await create({ ...options, cwd: scratch, file: first }, [MANIFEST_ENTRY]);
  const beside = besidePath(file, ".tmp");
  try {
    await create({ ...options, cwd: directory, file: beside, gzip: true }, [`@${first}`, ...entries]);
    const written = await open(beside, "r+");
    await written.sync().finally(() => written.close());
    await rename(beside, file);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw unwritable(file, error);
    throw new MachineError("FILE_UNWRITABLE", `Can't write ${file}: its folder is not there.`, {
      cause: error,
      suggestions: ["Check the path behind -o."],
    });
  } finally {
    await rm(beside, { force: true });
  }
}

async function measure(file: string): Promise<Pick<WrittenBundle, "sizeBytes" | "sha256">> {
  const hash = createHash("sha256");
  const source = createReadStream(file);
  await pipeline(source, hash);
  return { sizeBytes: source.bytesRead, sha256: hash.digest("hex") };
}
