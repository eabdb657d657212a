import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { MachineError } from "../../errors.js";
import { hashText, LISTING, PACKAGE_FOLDER, parseListing, type RecordedFile } from "./tree-listing.js";

/** A tree whose modules are checked as they are loaded. */
export interface GuardedTree {
  /** The folder of the version. */
  readonly folder: string;
  readonly treeHash: string;
  /** Makes the error for a module that isn't as it was recorded, which the import then throws. */
  readonly damaged: (problem: string) => MachineError;
}

/** Holds each module of a driver's package against the listing right before Node reads it. It lasts as long as the process. */
export function guardModules({ folder, treeHash, damaged }: GuardedTree): void {
  const root = join(folder, PACKAGE_FOLDER);
  const inside = pathToFileURL(join(root, "/")).href;
  let lines: readonly string[] | undefined;
  registerHooks({
    load(url, context, nextLoad) {
      if (!url.startsWith(inside)) return nextLoad(url, context);
      lines ??= readLines(folder, treeHash);
      if (lines === undefined) throw damaged(`the file ../${LISTING} was changed`);
      const path = fileURLToPath(url);
      const name = path.slice(root.length + 1).replaceAll("\\", "/");
      const recorded = findLine(lines, name);
      if (recorded === undefined) throw damaged(`the file ${name} was added`);
      if (hashOf(path) !== recorded.hash) throw damaged(`the file ${name} was changed`);
      return nextLoad(url, context);
    },
  });
}

function readLines(folder: string, treeHash: string): readonly string[] | undefined {
  const listing = readFileSync(join(folder, LISTING), "utf8");
  return hashText(listing) === treeHash ? listing.split("\n").slice(0, -1) : undefined;
}

/** Reading each of thousands of lines takes longer than loading a few modules. They are sorted by name. */
function findLine(lines: readonly string[], name: string): RecordedFile | undefined {
  let [from, to] = [0, lines.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const [file] = parseListing(lines[middle] ?? "");
    if (file === undefined || file.name === name) return file;
    if (file.name < name) from = middle + 1;
    else to = middle;
  }
  return undefined;
}

function hashOf(path: string): string | undefined {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return undefined;
  }
}
