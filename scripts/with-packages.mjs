// Runs one of these scripts with the Node version of the repository, and installs npm's packages first if they are missing or stale:
// node scripts/with-packages.mjs scripts/test.ts …
// This file itself runs on whatever Node there is, down to 18.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

installPackages();
const [script, ...args] = process.argv.slice(2);
run(join(root, "node_modules", ".bin", "node"), [script, ...args]);

function installPackages() {
  if (areInstalled()) return;
  console.log("Installing npm packages...");
  // Not the warnings: the Node that runs npm here may be older than the one that is being installed.
  run("npm", ["ci", "--loglevel=error"]);
}

/** Whether node_modules holds what package-lock.json says, as far as npm's own record of it tells. */
function areInstalled() {
  const wanted = packagesOf(join(root, "package-lock.json"));
  const installed = packagesOf(join(root, "node_modules", ".package-lock.json"));
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith("node_modules/") || entry.optional || entry.devOptional || entry.peer) return true;
    const found = installed[path];
    return found !== undefined && found.version === entry.version && found.integrity === entry.integrity;
  });
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw error;
  }
}

function run(file, args) {
  const bin = join(root, "node_modules", ".bin");
  const { status, signal, error } = spawnSync(file, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? (signal === "SIGINT" ? 130 : 1));
}
