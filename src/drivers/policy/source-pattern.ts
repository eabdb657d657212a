import { posix } from "node:path";
import { repositoryIdentity } from "../source/git-source.js";
import type { DriverSource } from "../source/source.js";

/** A pattern of a policy, parsed: what sort of place it names, and the parts of its path, in which `*` stands for any characters but `/`. */
export interface SourcePattern {
  /** As it is written. */
  readonly text: string;
  readonly sort: PlaceSort | "any";
  readonly parts: readonly string[];
}

/** `deny` takes a pattern as widely as it can be meant, `allow` as narrowly. */
export type MatchUse = "allow" | "deny";

type PlaceSort = "npm" | "repository" | "tarball" | "file";

interface Place {
  readonly sort: PlaceSort;
  readonly parts: readonly string[];
}

/** Other names of a git host's own servers. */
const SAME_HOST: ReadonlyMap<string, string> = new Map([
  ["www.github.com", "github.com"],
  ["ssh.github.com", "github.com"],
  ["codeload.github.com", "github.com"],
  ["raw.githubusercontent.com", "github.com"],
  ["www.gitlab.com", "gitlab.com"],
  ["altssh.gitlab.com", "gitlab.com"],
  ["www.bitbucket.org", "bitbucket.org"],
  ["altssh.bitbucket.org", "bitbucket.org"],
]);
const NPM = /^npm:@?[a-z0-9._~*-]+(?:\/[a-z0-9._~*-]+)?$/i;
const HOST = "[a-z0-9*](?:[a-z0-9.*-]*[a-z0-9*])?(?::\\d+)?";
const REPOSITORY = new RegExp(`^(?=[^/]*[.:*]|localhost)${HOST}(?:/~?[\\w.*-]+)*$`, "i");
const TARBALL = new RegExp(`^https?://${HOST}(?:/[^\\s?#]*)?$`, "i");
const FILE = /^file:(?:[a-z]:)?(?:\/[^/]+)+$/i;

/**
 * Reads a pattern: `npm:@my-scope/*`, `github.com/my-org/*`, `https://example.com/drivers/*` for tarballs, `file:/opt/drivers` for files and folders of this computer, or `*` for everything.
 *
 * @returns the pattern, or what is wrong with it
 */
export function parsePattern(text: string): SourcePattern | string {
  const bare = text.replace(/(?<=[^/])\/$/, "");
  if (bare === "*") return { text, sort: "any", parts: [] };
  if (FILE.test(bare)) return { text, sort: "file", parts: bare.slice("file:".length).split("/") };
  if (bare.startsWith("npm:")) {
    if (NPM.test(bare)) return { text, sort: "npm", parts: partsOf(bare.slice("npm:".length)) };
    return /^npm:@?[^@]+@/.test(bare) ? "a pattern names no version" : 'a package is written as "npm:NAME" or "npm:@SCOPE/NAME"';
  }
  if (TARBALL.test(bare)) return { text, sort: "tarball", parts: partsOf(bare.replace(/^https?:\/\//i, "")) };
  if (REPOSITORY.test(bare)) return { text, sort: "repository", parts: partsOf(bare.replace(/\.git$/, "")) };
  return problemOf(bare);
}

/**
 * Whether a pattern covers a source, whatever its version, reference or transport. It covers what lies beneath, too: `github.com/my-org` is all of that owner's.
 * Upper and lower case are the same, but in an `allow` of tarballs or files. In a `deny`, a pattern of repositories covers tarballs of that place and the other way round.
 */
export function matchesSource({ sort, parts }: SourcePattern, source: DriverSource, use: MatchUse): boolean {
  if (sort === "any") return true;
  return placesOf(source, use).some((place) => {
    const isSameSort = place.sort === sort || (use === "deny" && isOnHost(place.sort) && isOnHost(sort));
    return isSameSort && covers(parts, place, use);
  });
}

/** Whether a pattern covers a repository, written as `github.com/my-org/my-repo`. */
export function matchesRepository({ sort, parts }: SourcePattern, repository: string): boolean {
  return sort === "any" || (sort === "repository" && covers(parts, { sort, parts: partsOf(repository) }, "allow"));
}

/** The names of a source that patterns are held against. A short name has none: it stands for a source that is judged when it is known. */
function placesOf(source: DriverSource, use: MatchUse): readonly Place[] {
  switch (source.kind) {
    case "name":
      return [];
    case "npm":
      return [{ sort: "npm", parts: partsOf(source.package) }];
    case "git":
      if (source.transport === "file") return [filePlace(source.path.replace(/\.git$/, ""))];
      return hostPlaces("repository", partsOf(repositoryIdentity(source).slice("git:".length)), use);
    case "tarball-url":
      return tarballPlaces(new URL(source.url), use);
    case "tarball-file":
    case "folder":
      return [filePlace(source.path)];
  }
}

/** An encoded slash may be one to the server, which would lead elsewhere than it seems. */
function tarballPlaces({ host, pathname }: URL, use: MatchUse): readonly Place[] {
  if (use === "allow") return /%2f|%5c/i.test(pathname) ? [] : hostPlaces("tarball", partsOf(`${host}${pathname}`), use);
  return hostPlaces("tarball", partsOf(`${host}${decoded(pathname)}`), use);
}

function decoded(path: string): string {
  try {
    return posix.normalize(decodeURIComponent(path).replaceAll("\\", "/"));
  } catch {
    return path;
  }
}

/** A port of its own is another server to `allow`; `deny` means the host. */
function hostPlaces(sort: PlaceSort, [address = "", ...path]: readonly string[], use: MatchUse): readonly Place[] {
  const [, host = "", port] = /^(.*?)(?::(\d+))?$/.exec(address) ?? [];
  const known = SAME_HOST.get(host.toLowerCase());
  const isStandard = port === undefined || port === "22" || (known !== undefined && port === "443");
  if (use === "deny") return [known ?? host, address].map((each) => ({ sort, parts: [each, ...path] }));
  const name = sort === "repository" ? (known ?? host) : host;
  return [{ sort, parts: [isStandard ? name : address, ...path] }];
}

function filePlace(path: string): Place {
  return { sort: "file", parts: posix.normalize(path.replaceAll("\\", "/")).split("/") };
}

function covers(pattern: readonly string[], { sort, parts }: Place, use: MatchUse): boolean {
  const mayFold = (index: number) => use === "deny" || sort === "npm" || sort === "repository" || (sort === "tarball" && index === 0);
  return pattern.length <= parts.length && pattern.every((part, index) => isMatch(part, parts[index] ?? "", mayFold(index) ? "i" : ""));
}

function isMatch(pattern: string, text: string, flags: string): boolean {
  const source = pattern
    .split(/\*+/)
    .map((literal) => literal.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, `s${flags}`).test(text);
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function isOnHost(sort: PlaceSort): boolean {
  return sort === "repository" || sort === "tarball";
}

function problemOf(text: string): string {
  if (text.startsWith("@")) return `a package is written as "npm:${text}"`;
  if (/^file:/i.test(text)) return 'a file or folder is written as "file:/WHOLE/PATH"';
  if (text.includes("@") || text.includes("#")) return 'a pattern names no login, version or reference: "HOST/OWNER/REPO"';
  const [, shortcut, rest] = /^(github|gitlab|bitbucket):(.*)$/.exec(text) ?? [];
  if (shortcut !== undefined) return `a repository is written as "${shortcut}.${shortcut === "bitbucket" ? "org" : "com"}/${rest}"`;
  if (/^[\w*-]+\/[\w.*-]+$/.test(text)) return `a repository is written with its host, as "github.com/${text}"`;
  return 'it must be "npm:NAME", "HOST/OWNER/REPO", "https://HOST/PATH", "file:/PATH" or "*", with * for any part';
}
