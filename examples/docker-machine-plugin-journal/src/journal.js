import { appendFile, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Adds a line to the journal, which is kept beside the machines.
 *
 * @param {"created" | "removed"} event
 * @param {import("@docker-machine/cli/hooks").KnownMachine} machine
 */
export async function record(event, { name, driver, storePath, url = "" }) {
  const line = [new Date().toISOString(), event, name, driver, url].join(" ").trimEnd();
  await appendFile(join(storePath, "journal.log"), `${line}\n`);
}

/**
 * The lines of the journal, oldest first.
 *
 * @returns {Promise<string[]>}
 */
export async function lines() {
  // docker-machine sets the variable when its flag --storage-path stands before the command.
  const storePath = process.env.MACHINE_STORAGE_PATH || join(homedir(), ".docker", "machine");
  try {
    return (await readFile(join(storePath, "journal.log"), "utf8")).split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/**
 * Whether a comma-separated list in a variable names the machine.
 *
 * @param {string} variable
 * @param {string} name
 */
export function isListed(variable, name) {
  return (process.env[variable] ?? "").split(",").includes(name);
}
