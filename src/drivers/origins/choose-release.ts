import type { Release } from "../git-hosts/git-host-api.js";

/** What decides among releases. */
export interface ReleaseWishes {
  /** A semver range over tags. Absent: the newest. */
  readonly range?: string | undefined;
  /** Whether pre-releases count. Default: false. */
  readonly pre?: boolean | undefined;
}

/** A version in a tag. */
export interface TagVersion {
  readonly version: string;
  /** Whether the tag is a semver version as it is, but for a `v` before it. */
  readonly isSemver: boolean;
}

/** As for package.json: a version becomes part of a folder's name. */
const VERSION_LENGTH = 100;
/** What may stand before a version in a tag: `release-1.2.0`, `docker-machine-driver-foo/v1.2.0`, `foo@1.2.0`. */
const TAG = /^(?:[A-Za-z][\w.-]*?[-_/@])??v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[.-]([0-9A-Za-z][0-9A-Za-z.-]*))?(?:\+[\w.-]+)?$/;

/**
 * The releases to choose from, the best first: by their versions from the newest on, so that a late fix of an old version isn't the newest;
 * then those whose tags are no versions, from the latest on. A release is a pre-release if its host says so, or its version: `2.0.0-rc.1`.
 *
 * @param releases as the host tells them, the latest first
 */
export async function chooseReleases(releases: readonly Release[], { range, pre = false }: ReleaseWishes): Promise<readonly Release[]> {
  const { default: semver } = await import("semver");
  const versioned: { readonly release: Release; readonly version: string }[] = [];
  const others: Release[] = [];
  for (const release of releases) {
    const version = versionOfTag(release.tag)?.version;
    if (version === undefined) others.push(release);
    else versioned.push({ release, version });
  }
  versioned.sort((a, b) => semver.rcompare(a.version, b.version));
  if (range === undefined) return [...versioned.map(({ release }) => release), ...others].filter((release) => pre || !isPre(release));
  return versioned
    .filter(
      ({ release, version }) =>
        semver.satisfies(version, range, { includePrerelease: pre }) &&
        (pre || !release.isPreRelease || isPre({ ...release, isPreRelease: false })),
    )
    .map(({ release }) => release);
}

/** The version that a tag names. Missing parts are zeros, and what is no semver at all gets its form: `v4` is 4.0.0, `2024.01.05` is 2024.1.5. Absent if there is none in it. */
export function versionOfTag(tag: string): TagVersion | undefined {
  const [, major, minor, patch, rest] = TAG.exec(tag) ?? [];
  if (major === undefined) return undefined;
  const parts = [major, minor ?? "0", patch ?? "0"].map((part) => BigInt(part).toString());
  if (parts.some((part) => part.length > 15)) return undefined;
  const tail = rest === undefined ? "" : `-${rest.replace(/(^|\.)0+(?=\d+(?:\.|$))/g, "$1")}`;
  const version = `${parts.join(".")}${tail}`;
  if (version.length > VERSION_LENGTH) return undefined;
  return { version, isSemver: tag === version || tag === `v${version}` };
}

/** A number after the version counts packings of it, as Debian's do; letters make it a pre-release. */
function isPre({ tag, isPreRelease }: Release): boolean {
  return isPreRelease || /-.*[A-Za-z]/.test(versionOfTag(tag)?.version ?? "");
}
