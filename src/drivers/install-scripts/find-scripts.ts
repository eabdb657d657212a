import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../../errors.js";
import { plainLine } from "../plain-line.js";

/** The events of an installation that npm runs scripts for, in their order. */
export const SCRIPT_EVENTS = ["preinstall", "install", "postinstall"] as const;

/** One of {@link SCRIPT_EVENTS}. */
export type ScriptEvent = (typeof SCRIPT_EVENTS)[number];

/** A script that a package wants to have run when it is installed. */
export interface InstallScript {
  readonly package: string;
  readonly version: string;
  /** The package's folder. */
  readonly folder: string;
  readonly event: ScriptEvent;
  /** A command line for the shell. */
  readonly command: string;
  /** Whether everybody who wants the package can do without it. */
  readonly isOptional: boolean;
}

/** A package in a tree. */
export interface TreePackage {
  readonly folder: string;
  /** Its package.json. Empty if it can't be read. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** What npm runs for a package with sources of an add-on and no script of its own. */
const BUILD_ADD_ON = "node-gyp rebuild";
const READS_AT_ONCE = 32;

/**
 * The install scripts of a package and of all packages below it, in the order in which npm runs them: event by event, those further up before those further down, the package itself last.
 *
 * @param folder the package's folder, with its dependencies in `node_modules`
 */
export async function findInstallScripts(folder: string): Promise<readonly InstallScript[]> {
  const packages = await packagesIn(folder);
  const isOptional = optionalNames(packages);
  const [root, ...others] = packages;
  const ordered = root === undefined ? [] : [...others, root];
  const scripts = await Promise.all(ordered.map((each) => scriptsOf(each, each !== root && isOptional(nameOf(each)))));
  return SCRIPT_EVENTS.flatMap((event) => scripts.flat().filter((script) => script.event === event));
}

/** `package@version: event: command`, safe to show. */
export function showScript({ package: name, version, event, command }: InstallScript): string {
  return plainLine(`${name}@${version}: ${event}: ${command}`);
}

/** The sentence about scripts that were not run, for a driver that may need them; undefined if there are none. */
export function describeUnrun(scripts: readonly InstallScript[], source: string): string | undefined {
  if (scripts.length === 0) return undefined;
  const shown = [...new Set(scripts.map(({ package: name, version }) => plainLine(`${name}@${version}`)))].join(", ");
  return `Install scripts were not run: those of ${shown}. Should the driver need them: docker-machine driver install --allow-scripts ${source}`;
}

/** The packages of a tree: the root, then those nearer to it before those further down. */
export async function packagesIn(root: string): Promise<readonly TreePackage[]> {
  const found = [root];
  for (let level = [root]; level.length > 0; ) {
    const below = await inTurns(level, async (folder) => packageFolders(join(folder, "node_modules")));
    level = below.flat();
    found.push(...level);
  }
  return inTurns(found, async (folder) => ({ folder, content: await readContent(folder) }));
}

async function packageFolders(folder: string): Promise<string[]> {
  const names = await foldersIn(folder);
  const scoped = names.filter((name) => name.startsWith("@"));
  const inScopes = await Promise.all(
    scoped.map(async (scope) => (await foldersIn(join(folder, scope))).map((name) => join(folder, scope, name))),
  );
  const plain = names.filter((name) => !name.startsWith("@") && !name.startsWith(".")).map((name) => join(folder, name));
  return [...plain, ...inScopes.flat()].sort();
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return [];
    throw error;
  }
}

async function readContent(folder: string): Promise<TreePackage["content"]> {
  try {
    const content: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return asObject(content);
  } catch {
    return {};
  }
}

async function scriptsOf(each: TreePackage, isOptional: boolean): Promise<InstallScript[]> {
  const { folder, content } = each;
  const scripts = asObject(content.scripts);
  const told = SCRIPT_EVENTS.flatMap((event) => {
    const command = scripts[event];
    return typeof command === "string" && command.trim() !== "" ? [{ event, command }] : [];
  });
  const hasOwn = told.some(({ event }) => event !== "postinstall");
  const buildsAddOn = !hasOwn && content.gypfile !== false && (await readdir(folder)).includes("binding.gyp");
  const all = buildsAddOn ? [{ event: "install" as const, command: BUILD_ADD_ON }, ...told] : told;
  const version = typeof content.version === "string" ? content.version : "?";
  return all.map((script) => ({ ...script, package: nameOf(each), version, folder, isOptional }));
}

/** A package that only ever is an optional dependency. */
function optionalNames(packages: readonly TreePackage[]): (name: string) => boolean {
  const namesIn = (field: string) => packages.flatMap(({ content }) => Object.keys(asObject(content[field])));
  const optional = new Set(namesIn("optionalDependencies"));
  // npm writes what is optional under both.
  const needed = new Set(
    packages.flatMap(({ content }) => {
      const own = asObject(content.optionalDependencies);
      return Object.keys(asObject(content.dependencies)).filter((name) => !Object.hasOwn(own, name));
    }),
  );
  return (name) => optional.has(name) && !needed.has(name);
}

function nameOf({ folder, content }: TreePackage): string {
  return typeof content.name === "string" ? content.name : folder;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}

async function inTurns<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += READS_AT_ONCE)
    results.push(...(await Promise.all(items.slice(at, at + READS_AT_ONCE).map(action))));
  return results;
}
