import { MachineError } from "../../errors.js";
import type { GitSource } from "../git-source.js";
import { formatSource } from "../source.js";

/** What a repository offers: names to commits. */
export interface References {
  readonly tags: ReadonlyMap<string, string>;
  readonly branches: ReadonlyMap<string, string>;
  /** The commit of the default branch. */
  readonly head: string | undefined;
}

/** Reads what `git ls-remote` prints. An annotated tag stands for the commit it points to. */
export function readReferences(listing: string): References {
  const all = new Map<string, string>();
  for (const line of listing.split("\n")) {
    const [commit = "", name = ""] = line.split("\t");
    if (/^[0-9a-f]{40,64}$/.test(commit)) all.set(name, commit);
  }
  const under = (prefix: string) =>
    [...all]
      .filter(([name]) => name.startsWith(prefix) && !name.endsWith("^{}"))
      .map(([name, commit]) => [name.slice(prefix.length), all.get(`${name}^{}`) ?? commit] as const);
  return { tags: new Map(under("refs/tags/")), branches: new Map(under("refs/heads/")), head: all.get("HEAD") };
}

/**
 * Picks a commit: for a reference the tag of that name, else the branch, else the newest tag in that semver range, else the commit of that name;
 * without one the newest semver tag that isn't a pre-release, else the default branch.
 *
 * @returns a commit's name, of which only the beginning may be known
 * @throws {MachineError} `SOURCE_VERSION_NOT_FOUND`, `SOURCE_EMPTY`
 */
export async function pickReference({ tags, branches, head }: References, source: GitSource): Promise<string> {
  const { ref } = source;
  const commit =
    ref === undefined
      ? ((await newestTag(tags, "*")) ?? head)
      : (tags.get(ref) ?? branches.get(ref) ?? (await newestTag(tags, ref)) ?? commitName(ref));
  if (commit !== undefined) return commit;
  if (ref === undefined)
    throw new MachineError("SOURCE_EMPTY", `The repository ${formatSource(source)} has no commits.`, {
      suggestions: ["Check that this is the right repository."],
    });
  throw notFound(source, ref, [...tags.keys()], [...branches.keys()]);
}

async function newestTag(tags: References["tags"], range: string): Promise<string | undefined> {
  const { default: semver } = await import("semver");
  if (semver.validRange(range) === null) return undefined;
  const versions = new Map<string, string>();
  for (const [tag, commit] of tags) {
    const version = semver.valid(tag);
    if (version !== null) versions.set(version, commit);
  }
  const newest = semver.maxSatisfying([...versions.keys()], range);
  return newest === null ? undefined : versions.get(newest);
}

function commitName(ref: string): string | undefined {
  return /^[0-9a-f]{7,64}$/i.test(ref) ? ref.toLowerCase() : undefined;
}

function notFound(source: GitSource, ref: string, tags: readonly string[], branches: readonly string[]): MachineError {
  const some = (names: readonly string[]) => names.slice(-8).join(", ") || "none";
  return new MachineError(
    "SOURCE_VERSION_NOT_FOUND",
    `${formatSource(source)} has no tag, branch or commit that fits ${JSON.stringify(ref)}.`,
    {
      suggestions: [`Its tags: ${some(tags)}. Its branches: ${some(branches)}.`],
    },
  );
}
