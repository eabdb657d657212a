import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { MachineError } from "../errors.js";
import { type ExpectedFile, looksUnchanged } from "./load-check.js";

/**
 * Checks the modules of a driver's package right before Node reads each, by size and times, and by its content if these differ. It holds as long as the process runs.
 *
 * @param root the package's folder
 * @param damaged makes the error for a module that isn't as it was recorded, which the import then throws
 */
export function guardModules(root: string, expected: ReadonlyMap<string, ExpectedFile>, damaged: (problem: string) => MachineError): void {
  const inside = pathToFileURL(join(root, "/")).href;
  registerHooks({
    load(url, context, nextLoad) {
      if (url.startsWith(inside)) {
        const path = fileURLToPath(new URL(url.split(/[?#]/, 1)[0] ?? url));
        const name = path.slice(root.length + 1).replaceAll("\\", "/");
        const file = expected.get(name);
        if (file !== undefined && !looksUnchanged(path, file) && hashOf(path) !== file.hash) throw damaged(`the file ${name} was changed`);
      }
      return nextLoad(url, context);
    },
  });
}

function hashOf(path: string): string | undefined {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return undefined;
  }
}
