import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Arborist from "@npmcli/arborist";
import { MachineError } from "../../errors.js";
import { TreeBudget } from "../archive/archive-limits.js";
import { measureDependency } from "../archive/package-tarball.js";
import { currentPlatform, type DependencyPin, type DependencyPins, fitsPlatform } from "./dependency-pins.js";
import type { NpmRegistry } from "./npm-registry.js";
import type { NpmSettings } from "./npm-settings.js";
import type { TreeRoot } from "./plain-tree.js";

type ArboristOptions = ConstructorParameters<typeof Arborist>[0];

/** Dependencies of a driver come from registries alone: whatever else one could name is neither pinned nor hashed by anybody. */
const SOURCES = { allowGit: "none", allowRemote: "none", allowFile: "none", allowDirectory: "none" };
/** A package may name a program that rearranges its tree (`.npm-extension`): an install script by another name. */
const NO_PROGRAMS = { ignoreScripts: true, ignoreExtension: true, binLinks: false };
const ONLY_THE_TREE = { save: false, packageLock: false, audit: false, legacyPeerDeps: true };
/** What the user may have set for projects of their own. */
const PLACE = { global: false, workspacesEnabled: false, dryRun: false, packageLockOnly: false, installLinks: false };
const DOWNLOADS_AT_ONCE = 12;
const OMITTED = ["dev", "peer"] as const;
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

/** Finds which packages {@link layArboristTree} would lay, on any platform. It writes nothing but for a moment the package's package.json. */
export async function pinArboristTree({ folder, content }: TreeRoot, settings: NpmSettings): Promise<DependencyPins> {
  return withPlainRoot({ folder, content }, async () => {
    const arborist = new Arborist(treeOptions(folder, settings));
    const tree = (await arborist.buildIdealTree()) as unknown as { readonly inventory: ReadonlyMap<string, TreeNode> };
    const nodes = [...tree.inventory.values()].filter(({ isRoot, inBundle, peer, dev }) => !isRoot && !inBundle && !peer && !dev);
    return Object.fromEntries(nodes.map((node) => [node.location, pinOf(node)]));
  });
}

/** What is read of a node of Arborist's tree. */
interface TreeNode {
  readonly location: string;
  readonly name: string;
  readonly packageName: string;
  readonly version: string;
  readonly integrity: string | null;
  /** The tarball's address. */
  readonly resolved: string | null;
  readonly isRoot: boolean;
  readonly inBundle: boolean;
  readonly optional: boolean;
  readonly peer: boolean;
  readonly dev: boolean;
  readonly package: Readonly<Record<"os" | "cpu" | "libc", string | readonly string[] | undefined>>;
}

function pinOf({ name, packageName, version, integrity, optional, package: content }: TreeNode): DependencyPin {
  const limits = (["os", "cpu", "libc"] as const).flatMap((limit) =>
    ((list) => (list === undefined ? [] : [[limit, [list].flat()]]))(content[limit]),
  );
  return {
    ...(packageName === name ? {} : { name: packageName }),
    version,
    integrity: integrity ?? "",
    ...(optional ? { optional: true as const } : {}),
    ...Object.fromEntries(limits),
  };
}

/**
 * Lays the dependencies of a package into its `node_modules` as npm does, from registries alone, without scripts, peer or development dependencies.
 *
 * @throws {MachineError} `DRIVER_TOO_LARGE`; other errors are those of npm's libraries
 */
export async function layArboristTree({ folder, content, scratch }: TreeRoot, settings: NpmSettings, registry: NpmRegistry): Promise<void> {
  await withPlainRoot({ folder, content }, async () => {
    const arborist = new Arborist(treeOptions(folder, settings));
    const tree = (await arborist.buildIdealTree()) as unknown as { readonly inventory: ReadonlyMap<string, TreeNode> };
    await measure(tree.inventory, { name: content.name, scratch, registry });
    await arborist.reify({ omit: [...OMITTED], save: false });
  });
  // It names the registry's addresses, and so would give the same tree another hash behind a mirror.
  await rm(join(folder, "node_modules", ".package-lock.json"), { force: true });
}

/** Arborist unpacks whatever comes. What was measured is what it unpacks: it takes it out of npm's cache, by its hash. */
async function measure(
  inventory: ReadonlyMap<string, TreeNode>,
  { name, scratch, registry }: { readonly name: unknown; readonly scratch: string; readonly registry: NpmRegistry },
): Promise<void> {
  const budget = new TreeBudget(name);
  const platform = currentPlatform();
  const waiting = [...inventory.values()].filter(({ isRoot, inBundle, peer, dev }) => !isRoot && !inBundle && !peer && !dev).entries();
  const work = async () => {
    for (const [index, node] of waiting) {
      budget.addPackage();
      const { resolved, integrity, packageName, version, optional } = node;
      if (integrity === null || resolved?.startsWith("http") !== true || !fitsPlatform(pinOf(node), platform)) continue;
      const file = join(scratch, `measured-${index}.tgz`);
      try {
        await registry.download(registry.addressHere(resolved), file, integrity);
        await measureDependency(file, `${packageName} ${version}`, budget);
      } catch (error) {
        // Arborist goes on without an optional package that can't be had.
        if (!optional || error instanceof MachineError) throw error;
      } finally {
        await rm(file, { force: true });
      }
    }
  };
  await Promise.all(Array.from({ length: DOWNLOADS_AT_ONCE }, work));
}

function treeOptions(path: string, { offline = false, ...settings }: NpmSettings): ArboristOptions {
  const options = { ...settings, ...SOURCES, ...NO_PROGRAMS, ...ONLY_THE_TREE, ...PLACE, offline, path, omit: OMITTED };
  return options as unknown as ArboristOptions;
}

/** Does something while the package.json has only the fields that count. */
async function withPlainRoot<T>({ folder, content }: Pick<TreeRoot, "folder" | "content">, action: () => Promise<T>): Promise<T> {
  const file = join(folder, "package.json");
  const text = await readFile(file);
  const counting = Object.entries(content).filter(([field]) => ROOT_FIELDS.includes(field));
  await writeFile(file, JSON.stringify(Object.fromEntries(counting)));
  const result = await action();
  await writeFile(file, text);
  return result;
}
