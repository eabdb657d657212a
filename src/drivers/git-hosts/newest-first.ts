import semver from "semver";
import type { Release } from "./git-host-api.js";

/** Releases by their time of publication, the newest first. Those without one keep their order, at the end. */
export function newestFirst(releases: readonly Release[]): readonly Release[] {
  return [...releases].sort((a, b) => time(b) - time(a));
}

/** Whether a tag is a version before a release, on hosts that don't tell: `v1.0.0-rc.1`. */
export function isPreReleaseTag(tag: string): boolean {
  return (semver.parse(tag)?.prerelease.length ?? 0) > 0;
}

/** The version in a tag, without what stands before it: `v1.0.0`, `release-1.0.0`. */
export function versionInTag(tag: string): string | undefined {
  return /\d+\.\d+(?:\.\d+)?.*$/.exec(tag)?.[0];
}

function time({ publishedAt }: Release): number {
  const parsed = Date.parse(publishedAt ?? "");
  return Number.isNaN(parsed) ? 0 : parsed;
}
