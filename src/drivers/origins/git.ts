import { join } from "node:path";
import { MachineError } from "../../errors.js";
import type { GitSource } from "../git-source.js";
import { parseManifestText } from "../manifest.js";
import { inspectTarball } from "../package-tarball.js";
import { formatSource } from "../source.js";
import { type GitContext, remoteOf, runGit, tryGit } from "./git-program.js";
import { type PickedReference, pickReferences, readReferences } from "./git-references.js";
import { type Origin, type OriginContext, passedOver } from "./origin.js";

/** A repository on any git host: one commit of it, without its history, submodules or hooks. */
export const resolveGit: Origin<GitSource> = async (source, context) => {
  const { settings, env, signal, scratch, wishes } = context;
  const git: GitContext = { source, remote: remoteOf(source, settings), env, signal };
  const repository = join(scratch, "repository.git");
  await runGit(["init", "--quiet", "--bare", "--template=", "--", repository], git);
  // Inside a repository of our own, so that the settings of one the user stands in don't count.
  const listing = await runGit(["-C", repository, "ls-remote", "--", git.remote.address], git);
  const picked = await pickReferences(readReferences(listing), source, wishes);
  const { commit, tag, manifest, newest } = await newestFitting(picked, (reference) => readCommit(repository, reference, git), context);
  return {
    kind: "package",
    manifest,
    commit,
    ...(tag === undefined ? {} : { tag }),
    ...(newest === manifest ? {} : { passedOver: passedOver(newest) }),
    fetch: async () => {
      const file = join(scratch, "package.tar");
      await runGit(["-C", repository, "archive", "--format=tar", "--prefix=package/", `--output=${file}`, commit], git);
      return inspectTarball(file, formatSource(source));
    },
  };
};

/** How many older tags are looked at for one that fits this program's SDK. Each is fetched for it. */
const OLDER_TAGS = 10;

interface Commit {
  readonly commit: string;
  readonly tag?: string;
  readonly manifest: unknown;
}

async function readCommit(repository: string, { commit: wanted, ...tag }: PickedReference, git: GitContext): Promise<Commit> {
  const commit = await fetchCommit(repository, wanted, git);
  const text = await manifestText(repository, commit, git);
  return { commit, ...tag, manifest: parseManifestText(text, { source: formatSource(git.source) }) };
}

/** The first that fits, else the first. */
async function newestFitting(
  picked: readonly PickedReference[],
  read: (reference: PickedReference) => Promise<Commit>,
  { fits }: Pick<OriginContext, "fits">,
): Promise<Commit & { readonly newest: unknown }> {
  const [first, ...older] = picked;
  if (first === undefined) throw new Error("There is no reference to choose.");
  const newest = await read(first);
  if (fits(newest.manifest)) return { ...newest, newest: newest.manifest };
  for (const reference of older.slice(0, OLDER_TAGS)) {
    // An old tag may be from before it was a driver at all.
    const found = await read(reference).catch(() => undefined);
    if (found !== undefined && fits(found.manifest)) return { ...found, newest: newest.manifest };
  }
  return { ...newest, newest: newest.manifest };
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

async function manifestText(repository: string, commit: string, git: GitContext): Promise<string> {
  const { exitCode, stdout } = await tryGit(["-C", repository, "cat-file", "blob", `${commit}:package.json`], git);
  if (exitCode === 0) return stdout;
  throw new MachineError(
    "DRIVER_NOT_A_DRIVER",
    `${formatSource(git.source)} has no package.json in its top folder, so it is not a docker-machine driver (commit ${commit.slice(0, 12)}).`,
    {
      suggestions: ["Check that this is the right repository, or name another tag or branch: OWNER/REPO@REF"],
    },
  );
}

function refNotFound(source: GitSource, ref: string): MachineError {
  return new MachineError("SOURCE_VERSION_NOT_FOUND", `${formatSource(source)} has no commit ${ref}.`, {
    suggestions: ["Name a tag, branch, commit, or a semver range over tags."],
  });
}
