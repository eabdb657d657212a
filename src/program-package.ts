import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname } from "node:path";

/** The folder of the running program: that of its package.json. */
export function programRoot(): string {
  return dirname(packageJson());
}

/** The version of the running program. */
export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(packageJson(), "utf8")) as { readonly version: string };
  return version;
}

/** What `--version` prints, in the Go program's words. */
export function versionLine(): string {
  return `docker-machine version ${programVersion()}`;
}

function packageJson(): string {
  const path = findPackageJSON(import.meta.url);
  if (path === undefined) throw new Error(`There is no package.json above ${import.meta.url}.`);
  return path;
}
