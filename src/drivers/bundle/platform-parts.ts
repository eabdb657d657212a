import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { InstalledVersion } from "../receipts.js";
import { PACKAGE_FOLDER, type RecordedFile } from "../tree/tree-listing.js";

/** Native add-ons, libraries and programs, by the ends of their names. */
const NATIVE = /\.(?:node|so(?:\.\d+)*|dylib|dll|exe)$/i;
const DEPENDENCY_MANIFEST = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/;
const LIMITS = ["os", "cpu", "libc"];
const MAGIC_BYTES = 4;
/** ELF, Mach-O (both byte orders, and for several processors), and what begins like a program of Windows. */
const PROGRAM_MAGIC = /^(?:7f454c46|feedfac[ef]|c[ef]faedfe|cafebabe|4d5a)/;

/**
 * Finds what makes a driver's tree one for this platform alone: programs, native add-ons, and packages that say where they run.
 *
 * @param folder the folder of the version
 * @returns paths in the package
 */
export async function platformParts(
  { form, entry }: InstalledVersion,
  folder: string,
  files: readonly RecordedFile[],
): Promise<readonly string[]> {
  if (form === "program") return [entry];
  const checks = files.map(async (file) => {
    const path = join(folder, PACKAGE_FOLDER, file.name);
    const isPart =
      NATIVE.test(file.name) ||
      (DEPENDENCY_MANIFEST.test(file.name) && (await saysWhereItRuns(path))) ||
      (file.isExecutable && (await isProgram(path)));
    return isPart ? [file.name] : [];
  });
  return (await Promise.all(checks)).flat();
}

async function saysWhereItRuns(path: string): Promise<boolean> {
  try {
    const content: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof content === "object" && content !== null && LIMITS.some((limit) => limit in content);
  } catch {
    // A package whose package.json can't be read has no say.
    return false;
  }
}

async function isProgram(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    return PROGRAM_MAGIC.test(buffer.subarray(0, bytesRead).toString("hex"));
  } finally {
    await file.close();
  }
}
