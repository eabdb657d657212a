import { existsSync } from "node:fs";
import { readTextFile } from "../../files/read-file.js";
import type { DriverSource } from "../source/source.js";
import type { LoadOfficialIndex } from "./index-gate.js";
import { keptIndexPath, shippedIndexPath } from "./index-places.js";
import type { LoadIndexOptions, OfficialIndex } from "./official-index.js";

/** The index on this computer, read when it is asked for, and once. */
export function localIndex(options: LoadIndexOptions): LoadOfficialIndex {
  let whole: Promise<OfficialIndex> | undefined;
  const load = (): Promise<OfficialIndex> => {
    whole ??= import("./official-index.js").then((module) => module.OfficialIndex.load(options));
    return whole;
  };
  // An assertion, since TypeScript holds one arrow function against each overload by itself.
  return ((about?: DriverSource) =>
    about === undefined || mayMention(about, options) ? load() : Promise.resolve(undefined)) as LoadOfficialIndex;
}

/** Whether the text of an index holds the package's name, or the repository's path. Reading all entries takes longer than all the other judgements. */
function mayMention(source: DriverSource, options: LoadIndexOptions): boolean {
  const name = source.kind === "npm" ? source.package : source.kind === "git" ? source.path.replace(/\.git$/, "") : undefined;
  if (name === undefined) return source.kind === "tarball-url";
  const wanted = name.toLowerCase();
  return [shippedIndexPath(options), keptIndexPath(options)].some((path) => {
    const text = existsSync(path) ? readTextFile(path).toLowerCase() : "";
    // JSON may write a slash as `\/`, and any character by its number.
    return text.includes(wanted) || /\\[/u]/.test(text);
  });
}
