import { join } from "node:path";
import { MachineError } from "../../errors.js";
import type { GitSource } from "../git-source.js";
import { parseManifestText } from "../manifest.js";
import { inspectTarball } from "../package-tarball.js";
import { formatSource } from "../source.js";
import { type GitContext, remoteOf, runGit, tryGit } from "./git-program.js";
import { pickReference, readReferences } from "./git-references.js";
import type { Origin } from "./origin.js";

/** A repository on any git host: one commit of it, without its history, submodules or hooks. */
export const resolveGit: Origin<GitSource> = async (source, { settings, env, signal, scratch }) => {
  const git: GitContext = { source, remote: remoteOf(source, settings), env, signal };
  const repository = join(scratch, "repository.git");
  await runGit(["init", "--quiet", "--bare", "--template=", "--", repository], git);
  // Inside a repository of our own, so that the settings of one the user stands in don't count.
  const listing = await runGit(["-C", repository, "ls-remote", "--", git.remote.address], git);
  const picked = await pickReference(readReferences(listing), source);
  const commit = await fetchCommit(repository, picked, git);
  const text = await manifestText(repository, commit, git);
  return {
    manifest: parseManifestText(text, { source: formatSource(source) }),
    commit,
    fetch: async () => {
      const file = join(scratch, "package.tar");
      await runGit(["-C", repository, "archive", "--format=tar", "--prefix=package/", `--output=${file}`, commit], git);
      return inspectTarball(file, formatSource(source));
    },
  };
};

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
