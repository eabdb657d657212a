import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TreeBudget } from "../archive/archive-limits.js";
import { unpackDependency } from "../archive/package-tarball.js";
import { type NpmRegistry, type RegistryPackage, registrySpec } from "./npm-registry.js";
import type { NpmSettings } from "./npm-settings.js";

/** A package whose dependencies are to be laid into its `node_modules`. */
export interface TreeRoot {
  readonly folder: string;
  /** Its package.json. */
  readonly content: Readonly<Record<string, unknown>>;
  /** A private folder for downloads; its maker removes it. */
  readonly scratch: string;
}

type Packages = Map<string, RegistryPackage>;

/** Fields of package.json, or of what a registry tells of it, by which a tree is more than packages side by side. */
const SPECIAL_FIELDS = [
  "optionalDependencies",
  "bundleDependencies",
  "bundledDependencies",
  "overrides",
  "os",
  "cpu",
  "libc",
  "_hasShrinkwrap",
];
const DOWNLOADS_AT_ONCE = 12;

/**
 * Lays the dependencies of a package into its `node_modules`, if that takes no more than to put each beside the others: all are from registries, each is wanted in one version,
 * and none is optional, bundled, overridden, or for some platforms only. It is what Arborist makes of such a tree, in a fraction of the time.
 *
 * @returns false if the tree is not as plain as that; then nothing was done
 * @throws {MachineError} `DRIVER_TOO_LARGE`; other errors are those of {@link NpmRegistry}
 */
export async function layPlainTree(root: TreeRoot, registry: NpmRegistry, settings: NpmSettings): Promise<boolean> {
  if (!wantsPlain(settings) || (await readdir(root.folder)).includes("node_modules")) return false;
  const packages: Packages = new Map();
  const budget = new TreeBudget(root.content.name);
  const search = new Search(packages, registry, { rootName: root.content.name, budget });
  if (!(await search.visitDependencies(root.content))) return false;
  const waiting = [...packages].entries();
  // All workers take from the one iterator.
  const work = async () => {
    for (const [index, [name, { address, integrity }]] of waiting) {
      const file = join(root.scratch, `dependency-${index}.tgz`);
      await registry.download(address, file, integrity);
      await unpackDependency(file, join(root.folder, "node_modules", name), budget);
    }
  };
  await Promise.all(Array.from({ length: DOWNLOADS_AT_ONCE }, work));
  return true;
}

/** To npm an engine that doesn't fit is a warning, unless the user made it an error. */
function wantsPlain({ installStrategy = "hoisted", engineStrict = false }: NpmSettings): boolean {
  return installStrategy === "hoisted" && engineStrict === false;
}

/** Collects the packages of a tree, all branches at once. What it visits tells whether it is plain so far. */
class Search {
  readonly #packages: Packages;
  readonly #registry: NpmRegistry;
  readonly #rootName: unknown;
  readonly #budget: TreeBudget;
  readonly #seen = new Set<string>();

  constructor(packages: Packages, registry: NpmRegistry, { rootName, budget }: { rootName: unknown; budget: TreeBudget }) {
    this.#packages = packages;
    this.#registry = registry;
    this.#rootName = rootName;
    this.#budget = budget;
  }

  async visitDependencies(content: TreeRoot["content"]): Promise<boolean> {
    if (SPECIAL_FIELDS.some((field) => saysSomething(content[field]))) return false;
    const visits = Object.entries(content.dependencies ?? {}).map(([name, wanted]) => this.#visit(name, wanted));
    return (await Promise.all(visits)).every((isPlain) => isPlain);
  }

  async #visit(name: string, wanted: unknown): Promise<boolean> {
    if (typeof wanted !== "string" || name === this.#rootName || name !== name.toLowerCase()) return false;
    if (registrySpec(name, wanted) === undefined) return false;
    const spec = `${name}@${wanted}`;
    if (this.#seen.has(spec)) return true;
    this.#seen.add(spec);
    const found = await this.#registry.find(name, wanted, { metadata: "short" });
    const present = this.#packages.get(name);
    if (present !== undefined) return present.manifest.version === found.manifest.version;
    this.#packages.set(name, found);
    this.#budget.addPackage();
    return found.integrity !== undefined && this.visitDependencies(found.manifest);
  }
}

function saysSomething(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value !== undefined && value !== false;
  return Object.keys(value).length > 0;
}
