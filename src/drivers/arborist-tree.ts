import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Arborist from "@npmcli/arborist";
import type { NpmSettings } from "./npm-settings.js";
import type { TreeRoot } from "./plain-tree.js";

type ArboristOptions = ConstructorParameters<typeof Arborist>[0];

/** Dependencies of a driver come from registries alone: whatever else one could name is neither pinned nor hashed by anybody. */
const SOURCES = { allowGit: "none", allowRemote: "none", allowFile: "none", allowDirectory: "none" };
/** A package may name a program that rearranges its tree (`.npm-extension`): an install script by another name. */
const NO_PROGRAMS = { ignoreScripts: true, ignoreExtension: true, binLinks: false };
const ONLY_THE_TREE = { save: false, packageLock: false, audit: false, legacyPeerDeps: true };
/** What the user may have set for projects of their own. */
const PLACE = { global: false, workspacesEnabled: false, dryRun: false, packageLockOnly: false, installLinks: false, offline: false };
/** The fields of package.json that count: development dependencies would be asked for, even if they are left out in the end. */
const ROOT_FIELDS = [
  "name",
  "version",
  "dependencies",
  "optionalDependencies",
  "bundleDependencies",
  "bundledDependencies",
  "overrides",
  "os",
  "cpu",
  "libc",
  "engines",
];

/** Lays the dependencies of a package into its `node_modules` as npm does, from registries alone, without scripts, peer or development dependencies. */
export async function layArboristTree({ folder, content }: TreeRoot, settings: NpmSettings): Promise<void> {
  const file = join(folder, "package.json");
  const text = await readFile(file);
  const counting = Object.entries(content).filter(([field]) => ROOT_FIELDS.includes(field));
  await writeFile(file, JSON.stringify(Object.fromEntries(counting)));
  const omit = ["dev", "peer"] as const;
  const options = { ...settings, ...SOURCES, ...NO_PROGRAMS, ...ONLY_THE_TREE, ...PLACE, path: folder, omit };
  const arborist = new Arborist(options as unknown as ArboristOptions);
  await arborist.reify({ omit: [...omit], save: false });
  await writeFile(file, text);
  // It names the registry's addresses, and so would give the same tree another hash behind a mirror.
  await rm(join(folder, "node_modules", ".package-lock.json"), { force: true });
}
