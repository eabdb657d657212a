import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { driverPackage } from "../test/support/driver-package.js";
import type { PackageRegistry } from "../test/support/package-registry.js";
import type { Absolute } from "./absolutes.ts";

const PROGRAM = join(import.meta.dirname, "..", "bin", "run.cjs");
const FILES = 2000;
const PACKAGES = 100;
const ROUNDS = 60;
/** What this bench is called. */
export const TREE_CHECK = "the check of a driver of 2,000 files";

/**
 * How much longer a command takes with a driver of 2,000 files than with one of two, for the check of its files. The runs take turns, and of each the fastest quarter's
 * slowest counts: what else the computer does can only add to it.
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
    await run(["driver", "install", `npm:docker-machine-driver-${driver}`], env);
  }
  const load = async (driver: string) => {
    const startedAt = performance.now();
    await run(["driver", "info", driver], env);
    return performance.now() - startedAt;
  };
  for (const driver of ["small", "large"]) await load(driver);
  const times = { small: [] as number[], large: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.small.push(await load("small"));
    times.large.push(await load("large"));
  }
  const measured = lowerQuartile(times.large) - lowerQuartile(times.small);
  return { bench: TREE_CHECK, measured, unit: "ms", limit: 10 };
}

function lowerQuartile(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 4)] ?? Number.NaN;
}

/** With package.json and index.js it is 2,000 files: in two hundred folders, most of them modules. */
function manyFiles(): Record<string, string> {
  const paths = Array.from({ length: FILES - 2 }, (_, index) => {
    const folder = `node_modules/package-${index % PACKAGES}`;
    const number = Math.floor(index / PACKAGES);
    return `${folder}/${["package.json", "README.md", "index.d.ts"][number] ?? `lib/part-${number}.js`}`;
  });
  return Object.fromEntries(
    paths.map((path) => [path, path.endsWith(".js") ? `export default ${JSON.stringify(path)};\n`.repeat(50) : "{}\n"]),
  );
}

/** The registry runs in this process, so it must not be kept waiting. */
async function run(words: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  await promisify(execFile)(process.execPath, [PROGRAM, ...words], { env });
}
