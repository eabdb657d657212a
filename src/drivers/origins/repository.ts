import { join } from "node:path";
import { throwIfAborted } from "@docker-machine/driver-sdk";
import { hasCode, MachineError } from "../../errors.js";
import type { GitHostApi, Release } from "../git-hosts/git-host-api.js";
import { listed } from "../programs/program-errors.js";
import type { GitSource } from "../source/git-source.js";
import { formatSource } from "../source/source.js";
import { chooseReleases } from "./choose-release.js";
import { resolveGit } from "./git.js";
import { type Origin, type OriginContext, passedOver } from "./origin.js";
import { type ResolvedRepository, resolveRelease } from "./release.js";

/** What is known of a repository's releases. */
interface KnownReleases {
  readonly api?: GitHostApi;
  /** Those to choose from, the best first. */
  readonly chosen: readonly Release[];
  /** What to tell the user about releases if there is none to choose and git has no driver, either. */
  readonly none?: { readonly sentence: string; readonly suggestions: readonly string[] };
  /** Why the host couldn't be asked. */
  readonly problem?: MachineError;
}

/** How many older releases are looked at for one that fits this program's SDK. */
const OLDER_RELEASES = 10;
const NO_RELEASES: KnownReleases = { chosen: [] };

/**
 * A repository on any git host. For a reference that is a tag with a release that release is taken, for a semver range the newest release in it, without a reference the newest release;
 * where there is none, or the host has no API or doesn't answer, what git tells: `resolveGit`.
 */
export const resolveRepository: Origin<GitSource, ResolvedRepository> = async (source, context) => {
  const known = await findReleases(source, context);
  const { api, chosen } = known;
  if (api !== undefined && chosen.length > 0) return newestFitting(source, { api, chosen }, context);
  try {
    return await resolveGit(source, context);
  } catch (error) {
    throw error instanceof MachineError ? explained(error, known) : error;
  }
};

async function findReleases(source: GitSource, context: OriginContext): Promise<KnownReleases> {
  if (!mayHaveReleases(source, context)) return NO_RELEASES;
  try {
    const api = await context.hostApi(source.host);
    return api === undefined ? NO_RELEASES : { api, ...(await askFor(source, api, context)) };
  } catch (error) {
    throwIfAborted(context.signal);
    if (!(error instanceof MachineError)) throw error;
    const said = `The releases of ${formatSource(source)} could not be looked at, so its tags count: ${error.message}`;
    // A private repository that git has a key for, and the API no token, is nothing unusual.
    if (hasCode(error, "SOURCE_NOT_FOUND")) context.log.debug(said);
    else context.log.warn([said, ...error.suggestions].join(" "));
    return { ...NO_RELEASES, problem: error };
  }
}

/** Whether the host is asked at all. One that is replaced by a mirror is not, unless its API has a mirror, too. Over SSH only well-known hosts are: others may have no web address. */
function mayHaveReleases({ transport, host, ref }: GitSource, { settings }: OriginContext): boolean {
  if (settings.offline === true || transport === "file" || isWholeCommit(ref)) return false;
  const isIn = (hosts: ReadonlyMap<string, unknown>) => hosts.has(host) || hosts.has(host.replace(/:\d+$/, ""));
  if (isIn(settings.gitApiMirrors) || isIn(settings.gitHosts)) return true;
  return !isIn(settings.gitMirrors) && (transport !== "ssh" || WELL_KNOWN.includes(host));
}

const WELL_KNOWN = ["github.com", "gitlab.com", "bitbucket.org"];

function isWholeCommit(ref: string | undefined): boolean {
  return ref !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(ref);
}

async function askFor({ path, ref }: GitSource, api: GitHostApi, { wishes }: OriginContext): Promise<Omit<KnownReleases, "api">> {
  const repository = path.replace(/\.git$/, "");
  const { default: semver } = await import("semver");
  const tagged = ref === undefined || isOnlyRange(ref) ? undefined : await api.releaseOf(repository, ref);
  if (tagged !== undefined) return { chosen: [tagged] };
  if (ref !== undefined && semver.validRange(ref) === null)
    return { chosen: [], none: { sentence: `It has no release of the tag ${ref}, either.`, suggestions: [] } };
  const releases = await api.releases(repository);
  const chosen = await chooseReleases(releases, { range: ref, pre: wishes.pre });
  if (chosen.length > 0) return { chosen };
  const left = await chooseReleases(releases, { range: ref, pre: true });
  const which = ref === undefined ? "" : ` in the range ${ref}`;
  if (left.length === 0) return { chosen, none: { sentence: `It has no release${which}, either.`, suggestions: [] } };
  const sentence = `Its releases${which} are all pre-releases: ${listed(left.map(({ tag }) => tag))}.`;
  return { chosen, none: { sentence, suggestions: ["To take the newest pre-release, add --pre."] } };
}

/** Whether a reference can't be the name of a tag. */
function isOnlyRange(ref: string): boolean {
  return /[\^~<>=|* ]/.test(ref);
}

/** The first release that fits this program's SDK, else the first. What has no SDK range, as a program, fits. */
async function newestFitting(
  source: GitSource,
  { api, chosen }: Required<Pick<KnownReleases, "api" | "chosen">>,
  context: OriginContext,
): Promise<ResolvedRepository> {
  const read = (release: Release, index: number) =>
    resolveRelease({ source, release, api }, { ...context, scratch: join(context.scratch, `release-${index}`) });
  const [first, ...older] = chosen;
  if (first === undefined) throw new Error("There is no release to choose.");
  const newest = await read(first, 0);
  if (newest.kind === "program" || context.fits(newest.manifest)) return newest;
  for (const [index, release] of older.slice(0, OLDER_RELEASES).entries()) {
    // An old release may be from before it was a driver at all.
    const found = await read(release, index + 1).catch(() => undefined);
    if (found?.kind === "package" && context.fits(found.manifest)) return { ...found, passedOver: passedOver(newest.manifest) };
  }
  return newest;
}

/** What to say if git has no driver either: why the host couldn't be asked comes first, since it may have had one. */
function explained(error: MachineError, known: KnownReleases): MachineError {
  if (hasCode(error, "DRIVER_NOT_A_DRIVER")) return withReleases(error, known);
  const { problem } = known;
  const isOfGit = ["SOURCE_NOT_FOUND", "SOURCE_NEEDS_TOKEN", "SOURCE_VERSION_NOT_FOUND", "GIT_FAILED"].includes(error.code);
  if (!isOfGit || problem === undefined || hasCode(problem, "SOURCE_NOT_FOUND")) return error;
  const suggestions = [...problem.suggestions, ...error.suggestions];
  return new MachineError(problem.code, `${problem.message} And git: ${error.message}`, { cause: error, suggestions });
}

/** Git found no driver. What is known of releases, or why nothing is, helps to go on. */
function withReleases(error: MachineError, { problem, none }: KnownReleases): MachineError {
  if (problem !== undefined && !hasCode(problem, "SOURCE_NOT_FOUND")) {
    return new MachineError(problem.code, `${problem.message} ${error.message}`, { cause: error, suggestions: problem.suggestions });
  }
  const more =
    none ??
    (problem === undefined
      ? undefined
      : { sentence: `Its releases could not be seen: ${problem.message}`, suggestions: problem.suggestions });
  if (more === undefined) return error;
  return new MachineError(error.code, `${error.message} ${more.sentence}`, {
    cause: error,
    suggestions: [...more.suggestions, ...error.suggestions],
  });
}
