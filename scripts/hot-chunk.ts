import type { CodeSplittingGroup, Plugin } from "rolldown";

/** Whether a module of another plugin does something when it is loaded, and so must not be loaded with the others. */
export type IsEager = (id: string) => boolean;

/**
 * Puts all that some entries import, directly or not, into one chunk: each further file takes Node half a millisecond or more. What they import dynamically is left out.
 *
 * @param entries the paths of the entries
 */
export function hotChunk(entries: readonly string[], isEager: IsEager): { readonly plugin: Plugin; readonly group: CodeSplittingGroup } {
  const imports = new Map<string, readonly string[]>();
  let members: ReadonlySet<string> | undefined;
  return {
    plugin: { name: "hot-chunk", moduleParsed: ({ id, importedIds }) => void imports.set(id, importedIds) },
    group: {
      name: "hot",
      test: (id) => {
        members ??= reachable(entries, imports);
        return members.has(id) && !isEager(id);
      },
    },
  };
}

function reachable(entries: readonly string[], imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set(entries);
  for (const id of found) for (const imported of imports.get(id) ?? []) found.add(imported);
  return found;
}
