import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { GitSource } from "../source/git-source.js";
import { type GitContext, remoteOf, runGit } from "./git-program.js";
import type { OriginContext } from "./origin.js";

/**
 * Whether a tag's top folder has a package.json. Where the host can, the folders alone are fetched for it, without their files.
 *
 * @throws {MachineError} as {@link runGit}
 */
export async function hasPackage(
  source: GitSource & { readonly ref: string },
  { settings, env, signal, scratch }: OriginContext,
): Promise<boolean> {
  const git: GitContext = { source, remote: remoteOf(source, settings), env, signal };
  const repository = join(scratch, "listing.git");
  await mkdir(scratch, { recursive: true });
  await runGit(["init", "--quiet", "--bare", "--template=", "--", repository], git);
  const fetch = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-gc", "--depth=1", "--filter=blob:none"];
  await runGit(["-C", repository, ...fetch, "--", git.remote.address, `+refs/tags/${source.ref}:refs/listed`], git);
  const listing = await runGit(["-C", repository, "ls-tree", "--name-only", "refs/listed", "--", "package.json"], git);
  return listing.trim() !== "";
}
