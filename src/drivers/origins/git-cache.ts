import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { besidePath, makePrivateDirectory, sweepUnfinished, writeAtomically } from "../../files/atomic-file.js";
import { type GitSource, repositoryIdentity } from "../source/git-source.js";
import { type GitContext, type Remote, runGit } from "./git-program.js";

const DEFAULT_LIMIT_BYTES = 512 * 1024 * 1024;
const REFERENCES = "references.txt";
const COMMIT_FOLDER = /^([0-9a-f]{40,64})\.git$/;
/** What `ls-remote` may list by the thousand besides, such as pull requests. */
const KEPT_REFERENCE = /\t(?:HEAD|refs\/(?:heads|tags)\/.+)$/;

/** What a {@link GitCache} keeps to. */
export interface GitCacheOptions {
  /** Its folder. */
  readonly directory: string;
  /** How much the commits may take together; those not used for longest go first. */
  readonly limitBytes?: number;
}

/**
 * Keeps what was fetched from repositories: for each the references as they were seen last, and a bare repository for each commit that was installed. Who takes a commit out fetches it
 * with git, which computes the hash of every object anew: a damaged one is no commit. Nothing here is needed for more than working offline, so failures are the caller's to ignore.
 */
export class GitCache {
  readonly #directory: string;
  readonly #limitBytes: number;

  constructor({ directory, limitBytes = DEFAULT_LIMIT_BYTES }: GitCacheOptions) {
    this.#directory = directory;
    this.#limitBytes = limitBytes;
  }

  /** Keeps what `git ls-remote` printed. */
  async keepReferences(source: GitSource, listing: string): Promise<void> {
    const lines = listing.split("\n").filter((line) => KEPT_REFERENCE.test(line));
    await writeAtomically(join(this.#folder(source), REFERENCES), `${lines.join("\n")}\n`);
  }

  /** What `git ls-remote` printed the last time; undefined if it was never asked. */
  async references(source: GitSource): Promise<string | undefined> {
    return readFile(join(this.#folder(source), REFERENCES), "utf8").catch(() => undefined);
  }

  /** Keeps a commit that is in a repository on this disk, without its history. */
  async keepCommit({ source, env, signal }: GitContext, commit: string, repository: string): Promise<void> {
    const place = join(this.#folder(source), `${commit}.git`);
    if (await isThere(place)) return touch(place);
    await makePrivateDirectory(this.#folder(source));
    await sweepUnfinished(this.#folder(source));
    const beside = besidePath(place, ".tmp");
    const git: GitContext = { source, remote: remoteAt(repository), env, signal };
    try {
      await runGit(["init", "--quiet", "--bare", "--template=", "--", beside], git);
      const fetch = ["-C", beside, "fetch", "--quiet", "--no-tags", "--no-auto-gc", "--depth=1"];
      await runGit([...fetch, "--", git.remote.address, `${commit}:refs/heads/kept`], git);
      await rename(beside, place);
    } finally {
      await rm(beside, { recursive: true, force: true });
    }
    await this.#prune();
  }

  /** Where a commit can be fetched from; undefined if it isn't kept. Its whole name, if only the beginning is given and no other one begins like it. */
  async find(source: GitSource, commit: string): Promise<{ readonly commit: string; readonly remote: Remote } | undefined> {
    const names = await readdir(this.#folder(source)).catch((): string[] => []);
    const commits = names.flatMap((name) => COMMIT_FOLDER.exec(name)?.[1] ?? []).filter((name) => name.startsWith(commit));
    const [found] = commits;
    if (found === undefined || commits.length > 1) return undefined;
    const place = join(this.#folder(source), `${found}.git`);
    await touch(place);
    return { commit: found, remote: remoteAt(place) };
  }

  /** Forgets a commit. */
  async drop(source: GitSource, commit: string): Promise<void> {
    await rm(join(this.#folder(source), `${commit}.git`), { recursive: true, force: true });
  }

  #folder(source: GitSource): string {
    return join(this.#directory, createHash("sha256").update(repositoryIdentity(source)).digest("hex").slice(0, 32));
  }

  async #prune(): Promise<void> {
    const kept = await Promise.all((await this.#places()).map(measure));
    let sum = 0;
    for (const { place, sizeBytes } of kept.sort((a, b) => b.usedAt - a.usedAt)) {
      sum += sizeBytes;
      if (sum > this.#limitBytes) await rm(place, { recursive: true, force: true });
    }
  }

  async #places(): Promise<string[]> {
    const repositories = await readdir(this.#directory);
    const places = repositories.map(async (repository) => {
      const names = await readdir(join(this.#directory, repository));
      return names.filter((name) => COMMIT_FOLDER.test(name)).map((name) => join(this.#directory, repository, name));
    });
    return (await Promise.all(places)).flat();
  }
}

function remoteAt(repository: string): Remote {
  return { address: pathToFileURL(repository).href, isMirror: true };
}

async function measure(place: string): Promise<{ readonly place: string; readonly sizeBytes: number; readonly usedAt: number }> {
  const { mtimeMs } = await stat(place);
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
  return { place, sizeBytes: (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0), usedAt: mtimeMs };
}

async function touch(place: string): Promise<void> {
  const now = new Date();
  await utimes(place, now, now);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
