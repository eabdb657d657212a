import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "@docker-machine/driver-sdk";
import { hasCode, MachineError, messageOf } from "../../errors.js";
import { inspectTarball } from "../archive/package-tarball.js";
import type { CandidateFacts } from "../candidate.js";
import type { GitHostApi, Release } from "../git-hosts/git-host-api.js";
import { isDriverManifest, parseManifestText } from "../manifest.js";
import { listed } from "../programs/program-errors.js";
import { type ProgramChoice, packageTarballs } from "../programs/release-assets.js";
import type { GitSource } from "../source/git-source.js";
import { formatSource } from "../source/source.js";
import { resolveGit } from "./git.js";
import { hasPackage } from "./git-package.js";
import type { OriginContext, ResolvedPackage, ResolvedProgram } from "./origin.js";
import { ReleaseFiles } from "./release-files.js";
import { chooseForThisComputer, type ProgramRelease, resolveProgram } from "./release-program.js";

/** What a repository comes to. */
export type ResolvedRepository = ResolvedPackage | ResolvedProgram;

/** How many of a release's tarballs are looked into for a package. Each is downloaded for it. */
const TARBALLS = 4;

/**
 * What a release has: a package as an asset, else one in the tree of its tag, else a Go plugin's program for this computer.
 *
 * @param scratch a private folder for this release alone
 * @throws {MachineError} `RELEASE_HAS_NO_DRIVER`, `RELEASE_AMBIGUOUS`, and as its parts
 */
export async function resolveRelease(
  found: { readonly source: GitSource; readonly release: Release; readonly api: GitHostApi },
  context: OriginContext,
): Promise<ResolvedRepository> {
  const { source, release, api } = found;
  const { scratch } = context;
  const files = new ReleaseFiles({ api, release, repository: repositoryOf(source), scratch: join(scratch, "assets") });
  await mkdir(scratch, { recursive: true });
  const whole: ProgramRelease = { source, release, files, scratch };
  const choice = chooseForThisComputer(source, files.names);
  return (await packageAsset(whole)) ?? (await packageInTree(whole, choice, context)) ?? programAsset(whole, choice, context);
}

async function packageAsset({ source, release, files }: ProgramRelease): Promise<ResolvedPackage | undefined> {
  const packages: { readonly asset: string; readonly resolved: ResolvedPackage }[] = [];
  for (const asset of packageTarballs(files.names).slice(0, TARBALLS)) {
    const resolved = await readPackage(asset, { release, files });
    if (resolved !== undefined) packages.push({ asset, resolved });
  }
  if (packages.length > 1)
    throw ambiguous(
      source,
      release,
      packages.map(({ asset }) => asset),
    );
  return packages[0]?.resolved;
}

async function readPackage(
  asset: string,
  { release, files }: Pick<ProgramRelease, "release" | "files">,
): Promise<ResolvedPackage | undefined> {
  const subject = files.describe(asset);
  const vouchers = await files.vouchersOf(asset);
  const { file, integrity } = await files.fetch(asset, vouchers);
  const tarball = await orIfNoDriver(inspectTarball(file, subject));
  const manifest = tarball === undefined ? undefined : parseManifestText(tarball.manifestText, { source: subject });
  if (tarball === undefined || !isDriverManifest(manifest)) return undefined;
  return { kind: "package", manifest, tag: release.tag, integrity, facts: files.factsOf(asset, vouchers), fetch: async () => tarball };
}

function publicationOf({ publishedAt, isImmutable }: Release): CandidateFacts {
  if (publishedAt === undefined) return {};
  return { publishedAt, ...(isImmutable === true ? { unchangedSince: publishedAt } : {}) };
}

/** The package in the tag's tree. A Go plugin's repository isn't fetched for finding that it has none: only its listing is, and only if git can. */
async function packageInTree(
  { source, release }: ProgramRelease,
  choice: ProgramChoice,
  context: OriginContext,
): Promise<ResolvedPackage | undefined> {
  const tagged = { ...source, ref: release.tag };
  const hasProgram = choice.kind === "chosen" || choice.programs.length > 0;
  try {
    if (hasProgram && !(await hasPackage(tagged, context))) return undefined;
    const resolved = await orIfNoDriver(resolveGit(tagged, context));
    if (resolved === undefined || !isDriverManifest(resolved.manifest)) return undefined;
    return { ...resolved, facts: { ...resolved.facts, ...publicationOf(release) } };
  } catch (error) {
    throwIfAborted(context.signal);
    if (!hasProgram || !(error instanceof MachineError)) throw error;
    context.log.debug(`The tree of ${formatSource(tagged)} could not be looked at, so its programs count: ${messageOf(error)}`);
    return undefined;
  }
}

function programAsset(whole: ProgramRelease, choice: ProgramChoice, context: OriginContext): Promise<ResolvedRepository> {
  if (choice.kind === "chosen") return resolveProgram(choice, whole, context);
  const { source, release, files } = whole;
  if (choice.kind === "ambiguous") throw ambiguous(source, release, choice.programs);
  throw new MachineError(
    "RELEASE_HAS_NO_DRIVER",
    `The release ${release.tag} of ${repositoryOf(source)} has no driver for this computer: no package (.tgz) among its files, no driver's package.json in its tree, and no program docker-machine-driver-* for ${process.platform} on ${process.arch}.`,
    {
      suggestions: [
        `Its files: ${listed(choice.programs.length > 0 ? choice.programs : files.names)}`,
        `To take another release: docker-machine driver install ${repositoryOf(source)}@TAG`,
      ],
    },
  );
}

async function orIfNoDriver<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, "DRIVER_NOT_A_DRIVER")) return undefined;
    throw error;
  }
}

function ambiguous(source: GitSource, release: Release, names: readonly string[]): MachineError {
  return new MachineError(
    "RELEASE_AMBIGUOUS",
    `The release ${release.tag} of ${repositoryOf(source)} has several files that may be the driver for this computer, and their names don't tell which is: ${listed(names)}.`,
    {
      suggestions: [
        "For its author: a release has one driver, and programs are named docker-machine-driver-NAME_VERSION_SYSTEM_ARCHITECTURE.",
      ],
    },
  );
}

/** The canonical source without a reference. */
function repositoryOf({ ref: _ref, ...source }: GitSource): string {
  return formatSource(source);
}
