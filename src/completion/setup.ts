import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directories } from "../directories.js";
import { shellScripts } from "./shell-scripts.js";

const SHELLS_WITH_FILE = ["bash", "zsh"] as const;

/** Writes the completion of bash and zsh beside what @oclif/plugin-autocomplete keeps in the cache. */
export function writeCompletionFiles(): void {
  for (const shell of SHELLS_WITH_FILE) {
    mkdirSync(completionDirectory(), { recursive: true });
    writeFileSync(completionFile(shell), shellScripts[shell]);
  }
}

/** A line for the start-up file of a shell that loads what {@link writeCompletionFiles} wrote. Without `%` and backslashes, since it is passed to printf. */
export function setupLine(shell: (typeof SHELLS_WITH_FILE)[number]): string {
  const variable = `DOCKER_MACHINE_AC_${shell.toUpperCase()}_NAMES_PATH`;
  return `${variable}=${completionFile(shell)} && test -f $${variable} && source $${variable}; # docker-machine autocomplete of names`;
}

function completionFile(shell: string): string {
  return join(completionDirectory(), `names.${shell}`);
}

function completionDirectory(): string {
  return join(directories({ env: process.env, platform: process.platform }).cache, "autocomplete");
}
