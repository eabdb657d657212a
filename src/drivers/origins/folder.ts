import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, MachineError, messageOf } from "../../errors.js";
import { parseManifestText } from "../manifest.js";
import { type FolderSource, formatSource } from "../source/source.js";
import type { ResolvedFolder } from "./origin.js";

/** A folder on this computer, which stays where it is: for developing a driver. */
export async function resolveFolder(source: FolderSource): Promise<ResolvedFolder> {
  const directory = await realFolder(source.path);
  const text = await readManifestText(directory, source.path);
  return { kind: "folder", manifest: parseManifestText(text, { source: formatSource(source) }), directory };
}

async function realFolder(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const problem = hasCode(error, "ENOENT") ? "there is no such folder" : messageOf(error);
    throw new MachineError("SOURCE_NOT_FOUND", `The driver ${path} can't be used: ${problem}.`, {
      cause: error,
      suggestions: ["Check the path."],
    });
  }
}

async function readManifestText(directory: string, typed: string): Promise<string> {
  try {
    return await readFile(join(directory, "package.json"), "utf8");
  } catch (error) {
    throw new MachineError(
      "DRIVER_NOT_A_DRIVER",
      `The folder ${typed} has no readable package.json, so it is not a docker-machine driver.`,
      {
        cause: error,
        suggestions: ["Name the folder that holds the driver's package.json."],
      },
    );
  }
}
