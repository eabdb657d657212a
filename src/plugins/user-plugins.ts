import { readFileSync } from "node:fs";
import { join } from "node:path";
import { directories } from "../directories.js";

/**
 * Whether the user has plugins, told from the file where oclif lists them, without loading oclif.
 * A file that can't be read counts as some: oclif then says what is wrong with it.
 */
export function hasUserPlugins(): boolean {
  const { data } = directories({ env: process.env, platform: process.platform });
  try {
    const { oclif } = JSON.parse(readFileSync(join(data, "package.json"), "utf8")) as {
      readonly oclif?: { readonly plugins?: readonly unknown[] };
    };
    return (oclif?.plugins ?? []).length > 0;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENOENT");
  }
}
