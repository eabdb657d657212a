import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { driverPackage } from "../test/support/driver-package.js";
import type { PackageRegistry } from "../test/support/package-registry.js";
import type { Absolute } from "./absolutes.ts";

const PROGRAM = join(import.meta.dirname, "..", "bin", "run.cjs");
const FILES = 2000;
const FOLDERS = 200;
const ROUNDS = 41;
/** What this bench is called. */
export const TREE_CHECK = "the check of a driver of 2,000 files";

/**
 * How much longer a command takes with a driver of 2,000 files than with the same one of two, for the check of its files: the middle one of the differences
 * of runs right after each other, as whatever else the computer does then meets both.
 *
 * @param scratch a folder for the drivers
 */
export async function measureTreeCheck(registry: PackageRegistry, scratch: string): Promise<Absolute> {
  const env = { ...process.env, DOCKER_MACHINE_DATA_DIR: join(scratch, "tree-check") };
  for (const [driver, files] of [
    ["small", {}],
    ["large", manyFiles()],
  ] as const) {
    registry.publish(driverPackage({ driver, files }));
    run(["driver", "install", `npm:docker-machine-driver-${driver}`], env);
  }
  const load = (driver: string) => {
    const startedAt = performance.now();
    run(["driver", "info", driver], env);
    return performance.now() - startedAt;
  };
  for (const driver of ["small", "large"]) load(driver);
  const differences = Array.from({ length: ROUNDS }, (_, round) => {
    // What runs first may be at a disadvantage.
    if (round % 2 === 0) return -load("small") + load("large");
    return load("large") - load("small");
  });
  const measured = differences.sort((a, b) => a - b)[(ROUNDS - 1) / 2] ?? Number.NaN;
  return { bench: TREE_CHECK, measured, unit: "ms", limit: 10 };
}

/** With package.json and index.js it is 2,000 files: modules, a package.json in each folder, and a few others. */
function manyFiles(): Record<string, string> {
  const paths = Array.from({ length: FILES - 2 }, (_, index) => {
    const folder = `node_modules/package-${index % FOLDERS}`;
    const number = Math.floor(index / FOLDERS);
    return `${folder}/${["package.json", "README.md", "index.d.ts"][number] ?? `lib/part-${number}.js`}`;
  });
  return Object.fromEntries(
    paths.map((path) => [path, path.endsWith(".js") ? `export default ${JSON.stringify(path)};\n`.repeat(50) : "{}\n"]),
  );
}

function run(words: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`docker-machine ${words.join(" ")} failed: ${stderr}`);
}
