import { readFileSync } from "node:fs";
import { join } from "node:path";
import { directories } from "../directories.js";

/** A plugin that the user has installed. */
export interface UserPlugin {
  readonly name: string;
  /** The folder of one that is linked. */
  readonly root?: string;
}

/** A plugin as `plugins` lists it. */
export interface ListedPlugin {
  readonly name: string;
  /** `undefined` if its package.json can't be read. */
  readonly version: string | undefined;
  /** Whether it is a folder of the user's own, which is only linked. */
  readonly linked: boolean;
  readonly directory: string;
}

/** The plugins that the user has installed, sorted by name. Throws if the file that lists them can't be read. */
export function listPlugins(): readonly ListedPlugin[] {
  const { data } = directories({ env: process.env, platform: process.platform });
  const listed = userPlugins().map(({ name, root }) => {
    const directory = root ?? join(data, "node_modules", name);
    return { name, version: versionIn(directory), linked: root !== undefined, directory };
  });
  return listed.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function versionIn(directory: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { readonly version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the user has plugins, told from the file where oclif lists them, without loading oclif.
 * A file that can't be read counts as some: oclif then says what is wrong with it.
 */
export function hasUserPlugins(): boolean {
  try {
    return userPlugins().length > 0;
  } catch {
    return true;
  }
}

/** The plugins that the user has installed, whether they can be loaded or not. Throws if the file that lists them can't be read. */
export function userPlugins(): readonly UserPlugin[] {
  const { data } = directories({ env: process.env, platform: process.platform });
  try {
    const { oclif } = JSON.parse(readFileSync(join(data, "package.json"), "utf8")) as PluginList;
    return (oclif?.plugins ?? []).map((each) => (typeof each === "string" ? { name: each } : each));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

interface PluginList {
  readonly oclif?: { readonly plugins?: readonly (string | UserPlugin)[] };
}
