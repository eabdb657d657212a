import { readFileSync } from "node:fs";
import { join } from "node:path";
import { directories } from "../directories.js";

/** A plugin that the user has installed. */
export interface UserPlugin {
  readonly name: string;
  /** The folder of one that is linked. */
  readonly root?: string;
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
