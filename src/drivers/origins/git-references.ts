import { MachineError } from "../../errors.js";
import type { GitSource } from "../source/git-source.js";
import { formatSource } from "../source/source.js";

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

/** A commit that may be meant. */
export interface PickedReference {
  /** A commit's name, of which only the beginning may be known. */
  readonly commit: string;
  /** The tag that stands for it. */
  readonly tag?: string;
}

/** What decides among references. */
export interface PickOptions {
  /** Whether tags of pre-releases count. Default: false. */
  readonly pre?: boolean;
}

/**
 * Picks commits, the best first: for a reference the tag of that name, else the branch, else the tags in that semver range from the newest on, else the commit of that name;
 * without one the semver tags from the newest on, pre-releases left out, else the default branch.
 *
 * @throws {MachineError} `SOURCE_VERSION_NOT_FOUND`, `SOURCE_EMPTY`
 */
export async function pickReferences(
  { tags, branches, head }: References,
  source: GitSource,
  options: PickOptions = {},
): Promise<readonly PickedReference[]> {
  const { ref } = source;
  const named = ref === undefined ? undefined : (tagged(tags, ref) ?? plain(branches.get(ref)));
  if (named !== undefined) return [named];
  const newest = await newestTags(tags, ref ?? "*", options);
  if (newest.length > 0) return newest;
  const other = plain(ref === undefined ? head : commitName(ref));
  if (other !== undefined) return [other];
  if (ref === undefined)
    throw new MachineError("SOURCE_EMPTY", `The repository ${formatSource(source)} has no commits.`, {
      suggestions: ["Check that this is the right repository."],
    });
  throw notFound(source, ref, [...tags.keys()], [...branches.keys()]);
}

async function newestTags(tags: References["tags"], range: string, { pre = false }: PickOptions): Promise<PickedReference[]> {
  const { default: semver } = await import("semver");
  if (semver.validRange(range) === null) return [];
  const versions = new Map<string, PickedReference>();
  for (const [tag, commit] of tags) {
    const version = semver.valid(tag);
    if (version !== null && semver.satisfies(version, range, { includePrerelease: pre })) versions.set(version, { commit, tag });
  }
  return semver.rsort([...versions.keys()]).flatMap((version) => versions.get(version) ?? []);
}

function tagged(tags: References["tags"], tag: string): PickedReference | undefined {
  const commit = tags.get(tag);
  return commit === undefined ? undefined : { commit, tag };
}

function plain(commit: string | undefined): PickedReference | undefined {
  return commit === undefined ? undefined : { commit };
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
