import { join } from "node:path";
import { MachineError } from "../../errors.js";
import { inspectTarball } from "../archive/package-tarball.js";
import { parseManifestText } from "../manifest.js";
import type { GitSource } from "../source/git-source.js";
import { formatSource } from "../source/source.js";
import { gitAccess } from "./git-access.js";
import { foundToken, type GitContext, remoteOf, runGit, tryGit } from "./git-program.js";
import { type PickedReference, pickReferences, readReferences } from "./git-references.js";
import { measureCommit } from "./measure-commit.js";
import { type Origin, type OriginContext, passedOver } from "./origin.js";

/** A repository on any git host: one commit of it, without its history, submodules or hooks. */
export const resolveGit: Origin<GitSource> = async (source, context) => {
  const { settings, env, signal, scratch, wishes } = context;
  const remote = remoteOf(source, settings);
  const git: GitContext = { source, remote, env, signal, token: await foundToken(remote, { env, signal }) };
  const repository = join(scratch, "repository.git");
  await runGit(["init", "--quiet", "--bare", "--template=", "--", repository], git);
  const access = gitAccess(git, repository, context);
  const picked = await pickReferences(readReferences(await access.listing()), source, wishes);
  const read = async (reference: PickedReference): Promise<Commit> => {
    const commit = await access.fetch(reference);
    const text = await manifestText(repository, commit, git);
    return { ...reference, commit, manifest: parseManifestText(text, { source: formatSource(source) }) };
  };
  const { commit, tag, manifest, newest } = await newestFitting(picked, read, context);
  return {
    kind: "package",
    manifest,
    commit,
    ...(tag === undefined ? {} : { tag }),
    ...(newest === manifest ? {} : { passedOver: passedOver(newest) }),
    fetch: async () => {
      const file = join(scratch, "package.tar");
      await measureCommit(repository, commit, git);
      await runGit(["-C", repository, "archive", "--format=tar", "--prefix=package/", `--output=${file}`, commit], git);
      const tarball = await inspectTarball(file, formatSource(source));
      await access.keep(commit);
      return tarball;
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
