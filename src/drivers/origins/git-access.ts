import { join } from "node:path";
import { type Logger, throwIfAborted } from "@docker-machine/driver-sdk";
import { MachineError, messageOf } from "../../errors.js";
import { notCached } from "../not-cached.js";
import type { GitSource } from "../source/git-source.js";
import { formatSource } from "../source/source.js";
import { GitCache } from "./git-cache.js";
import { type GitContext, type Remote, runGit, tryGit } from "./git-program.js";
import { type PickedReference, readReferences } from "./git-references.js";
import type { OriginContext } from "./origin.js";

/** How a repository is read: from its host, or from what the cache keeps of it. */
export interface GitAccess {
  /** What `git ls-remote` prints, or printed the last time. */
  listing(): Promise<string>;
  /**
   * Brings a commit into the scratch repository.
   *
   * @returns its whole name
   */
  fetch(wanted: PickedReference): Promise<string>;
  /** Keeps a commit that is in the scratch repository for offline work. */
  keep(commit: string): Promise<void>;
}

/** The access that the settings ask for. A repository on this disk is as near as the cache. */
export function gitAccess(git: GitContext, repository: string, context: OriginContext): GitAccess {
  const { settings, cacheDirectory, log } = context;
  const cache = cacheDirectory === undefined ? undefined : new GitCache({ directory: join(cacheDirectory, "git") });
  const isLocal = git.source.transport === "file";
  if (settings.offline === true && !isLocal) return cachedAccess(git, repository, cache);
  return hostAccess(git, repository, { log, cache: isLocal ? undefined : cache });
}

function hostAccess(
  git: GitContext,
  repository: string,
  { cache, log }: { readonly cache: GitCache | undefined; readonly log: Logger },
): GitAccess {
  const quietly = async (keeping: Promise<void> | undefined) =>
    keeping?.catch((error: unknown) => log.debug(`${formatSource(git.source)} was not kept for offline work: ${messageOf(error)}`));
  return {
    listing: async () => {
      // Inside a repository of our own, so that the settings of one the user stands in don't count.
      const listing = await runGit(["-C", repository, "ls-remote", "--", git.remote.address], git);
      await quietly(cache?.keepReferences(git.source, listing));
      return listing;
    },
    fetch: ({ commit }) => fetchCommit(repository, commit, git),
    keep: (commit) => quietly(cache?.keepCommit(git, commit, repository)),
  };
}

function cachedAccess(git: GitContext, repository: string, cache: GitCache | undefined): GitAccess {
  const { source } = git;
  return {
    listing: async () => (await cache?.references(source)) ?? missing(`the repository ${formatSource(source)}`),
    fetch: async ({ commit, tag }) => {
      const found = await cache?.find(source, commit);
      const whole = found === undefined ? undefined : await fetchWhole(found, { git, repository, cache });
      if (whole !== undefined) return whole;
      const named = tag === undefined ? "" : `, its tag ${tag}`;
      return missing(`the commit ${commit} of ${formatSource(source)}${named}`, await cachedTags(source, cache));
    },
    keep: async () => undefined,
  };
}

/** A commit that the cache keeps damaged is dropped from it, and not there. */
async function fetchWhole(
  { commit, remote }: { readonly commit: string; readonly remote: Remote },
  { git, repository, cache }: { readonly git: GitContext; readonly repository: string; readonly cache: GitCache | undefined },
): Promise<string | undefined> {
  try {
    await fetchCommit(repository, commit, { ...git, remote });
    // An object whose content has another hash arrived under that one, and is missing under its own.
    await runGit(["-C", repository, "rev-list", "--objects", "--quiet", commit, "--"], { ...git, remote });
    return commit;
  } catch (error) {
    throwIfAborted(git.signal);
    if (!(error instanceof MachineError)) throw error;
    await cache?.drop(git.source, commit);
    return undefined;
  }
}

function missing(what: string, more: readonly string[] = []): never {
  throw notCached(what, more);
}

/** What could be installed instead. */
async function cachedTags(source: GitSource, cache: GitCache | undefined): Promise<string[]> {
  const { tags } = readReferences((await cache?.references(source)) ?? "");
  const kept: string[] = [];
  for (const [tag, commit] of tags) if ((await cache?.find(source, commit)) !== undefined) kept.push(tag);
  const { ref: _ref, ...repository } = source;
  return kept
    .slice(-3)
    .map((tag) => `The cache has ${tag}: docker-machine driver install --offline ${formatSource({ ...repository, ref: tag })}`);
}

/** Brings one commit. Where the server gives no single commits, or only the beginning of the commit's name is known, the whole repository. */
async function fetchCommit(repository: string, wanted: string, git: GitContext): Promise<string> {
  const fetch = ["-C", repository, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-gc"];
  const isWholeName = wanted.length >= 40;
  const alone = isWholeName ? await tryGit([...fetch, "--depth=1", "--", git.remote.address, wanted], git) : undefined;
  if (alone?.exitCode !== 0)
    await runGit([...fetch, "--", git.remote.address, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"], git);
  const { exitCode, stdout } = await tryGit(["-C", repository, "rev-parse", "--quiet", "--verify", `${wanted}^{commit}`], git);
  if (exitCode !== 0) throw refNotFound(git.source, wanted);
  return stdout.trim();
}

function refNotFound(source: GitSource, ref: string): MachineError {
  return new MachineError("SOURCE_VERSION_NOT_FOUND", `${formatSource(source)} has no commit ${ref}.`, {
    suggestions: ["Name a tag, branch, commit, or a semver range over tags."],
  });
}
