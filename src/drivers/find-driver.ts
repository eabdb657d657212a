import type { Candidate } from "./candidate.js";
import { checkCompatibility, sdkFit } from "./compatibility.js";
import type { GitHosts } from "./git-hosts/git-hosts.js";
import { type DriverManifest, readManifest } from "./manifest.js";
import { NpmClient } from "./npm/npm-client.js";
import type { OriginContext, PassedOver, ResolvedFolder, ResolvedPackage, ResolvedProgram } from "./origins/origin.js";
import { packageOfName } from "./package-of-name.js";
import { resolveSource } from "./resolve.js";
import type { HostSdk } from "./sdk-link.js";
import { ownerOf } from "./source/owner.js";
import { type DriverSource, formatSource } from "./source/source.js";

/** A driver that was found, judged by its package.json alone. What is still to come is the judgement of others, and fetching it. */
export type FoundDriver = FoundPackage | FoundProgram | FoundFolder;

interface Found {
  readonly candidate: Candidate;
  /** The newest version that doesn't fit this program's SDK, if another one was chosen for that. */
  readonly passedOver?: PassedOver;
}

/** An npm package, to be unpacked. */
export interface FoundPackage extends Found {
  readonly resolved: ResolvedPackage;
  readonly manifest: DriverManifest;
  readonly npm: NpmClient;
}

/** A Go plugin's program, to be downloaded. */
export interface FoundProgram extends Found {
  readonly resolved: ResolvedProgram;
}

/** A folder of the user's own, to be used in place. */
export interface FoundFolder extends Found {
  readonly resolved: ResolvedFolder;
  readonly manifest: DriverManifest;
}

/** What finding a driver needs. */
export type FindContext = Pick<OriginContext, "settings" | "cacheDirectory" | "env" | "log" | "signal" | "scratch" | "wishes"> & {
  /** The drivers' folder. */
  readonly directory: string;
  readonly sdk: HostSdk;
  readonly gitHosts: GitHosts;
  /** Whether a version that does not fit this program's SDK is an answer, too: for showing it. Default: false. */
  readonly takesUnfit?: boolean;
};

/**
 * Finds the version that a source means, and checks what its package.json says. Nothing of it is unpacked or run.
 *
 * @throws {MachineError} one of the codes under "Drivers" in docs/errors.md
 */
export async function findDriver(typed: DriverSource, context: FindContext): Promise<FoundDriver> {
  const { env, directory, signal, sdk, settings, gitHosts, takesUnfit = false } = context;
  const typedName = typed.kind === "name" ? { typedName: typed.name } : {};
  const source: DriverSource = typed.kind === "name" ? { kind: "npm", package: packageOfName(typed.name) } : typed;
  const npm = new NpmClient({ env, directory, signal, isOffline: settings.offline === true });
  const resolved = await resolveSource(source, {
    ...context,
    npm,
    hostApi: (host) => gitHosts.api(host, context),
    fits: await sdkFit(sdk.version),
  });
  if (resolved.kind === "program") return { resolved, candidate: programCandidate(resolved, source) };
  const manifest = readManifest(resolved.manifest, { source: formatSource(source) });
  // Whether a linked folder fits is said when it is linked and when it is used.
  if (!takesUnfit && resolved.kind !== "folder") await checkFit(manifest, source, sdk);
  const candidate = { ...typedName, ...packageCandidate(resolved, manifest, source) };
  if (resolved.kind === "folder") return { resolved, manifest, candidate };
  const { passedOver } = resolved;
  return { resolved, manifest, candidate, npm, ...(passedOver === undefined ? {} : { passedOver }) };
}

async function checkFit(
  { driver, version, sdkRange }: DriverManifest,
  source: DriverSource,
  { version: sdkVersion }: HostSdk,
): Promise<void> {
  await checkCompatibility({ driver, version, source: formatSource(source), sdkRange, sdkVersion });
}

function packageCandidate(resolved: ResolvedPackage | ResolvedFolder, manifest: DriverManifest, source: DriverSource): Candidate {
  const { driver: name, version, package: packageName, sdkRange, testedUpTo } = manifest;
  const { commit, tag, integrity, facts = {} } = resolved.kind === "folder" ? {} : resolved;
  return {
    ...placeOf(source),
    name,
    form: "package",
    package: packageName,
    version,
    sdkRange,
    ...(testedUpTo === undefined ? {} : { testedUpTo }),
    ...(commit === undefined ? {} : { commit }),
    ...(tag === undefined ? {} : { tag }),
    ...(integrity === undefined ? {} : { integrity }),
    facts,
  };
}

function programCandidate({ name, version, commit, tag, integrity, facts = {} }: ResolvedProgram, source: DriverSource): Candidate {
  return {
    ...placeOf(source),
    name,
    form: "program",
    version,
    ...(commit === undefined ? {} : { commit }),
    ...(tag === undefined ? {} : { tag }),
    ...(integrity === undefined ? {} : { integrity }),
    facts,
  };
}

function placeOf(source: DriverSource): Pick<Candidate, "source" | "shownSource" | "owner"> {
  const owner = ownerOf(source);
  return { source, shownSource: formatSource(source), ...(owner === undefined ? {} : { owner }) };
}
