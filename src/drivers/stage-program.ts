import { chmod, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "@docker-machine/driver-sdk";
import type { FoundProgram } from "./find-driver.js";
import type { StageContext, StagedDriver } from "./install-context.js";
import { PACKAGE_FOLDER } from "./tree/tree-listing.js";

const EXECUTABLE = 0o755;

/** Makes the tree of a Go plugin's program beside: one file, which is not run. */
export async function stageProgram(
  { resolved, candidate }: FoundProgram,
  { scratch, onStep, signal }: StageContext,
): Promise<StagedDriver> {
  const staged = join(scratch, "tree");
  const folder = join(staged, PACKAGE_FOLDER);
  const name = `docker-machine-driver-${candidate.name}${process.platform === "win32" ? ".exe" : ""}`;
  throwIfAborted(signal);
  onStep("unpack");
  const file = await resolved.fetchProgram();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rename(file, join(folder, name));
  await chmod(join(folder, name), EXECUTABLE);
  return { candidate, staged, package: name, entry: name, tryImport: async () => undefined };
}
