import { homedir } from "node:os";
import { resolve } from "node:path";
import { isDriverName } from "@docker-machine/driver-sdk";
import { formatGitSource, type GitSource, isShortcut, parseRepository, parseScpAddress, repositoryIdentity } from "./git-source.js";
import { invalidSource } from "./source-error.js";
import { PACKED, parseUrlSource, type TarballUrlSource } from "./url-source.js";

/** A short name: a shipped driver, an installed one, or a package of npm that has to be asked for. */
export interface NameSource {
  readonly kind: "name";
  readonly name: string;
}

/** A package of an npm registry. */
export interface NpmSource {
  readonly kind: "npm";
  readonly package: string;
  /** A version, semver range or dist-tag. Absent: the registry's `latest`. */
  readonly range?: string;
}

/** A packed package on this computer. */
export interface TarballFileSource {
  readonly kind: "tarball-file";
  /** Absolute. */
  readonly path: string;
}

/** A driver's folder on this computer, used in place. */
export interface FolderSource {
  readonly kind: "folder";
  /** Absolute. */
  readonly path: string;
}

/** Where a driver comes from, as the user typed it. */
export type DriverSource = NameSource | NpmSource | GitSource | TarballUrlSource | TarballFileSource | FolderSource;

const PATH_LIKE = /^(?:\.{1,2}(?:[/\\]|$)|[/\\]|~\/|[A-Za-z]:[\\/]|file:)/;
const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const PACKAGE_NAME_LENGTH = 214;
const RANGE = /^[\w.^~<>=|*+ -]+$/;

/**
 * Parses what a user typed for a driver. It reads no file and asks nobody, so `foo/bar` is always GitHub's, even beside a folder `foo/bar`.
 *
 * @param cwd the folder that `./x` is relative to
 * @throws {MachineError} `SOURCE_INVALID`, `SOURCE_HAS_CREDENTIALS`, `SOURCE_INSECURE`
 */
export function parseSource(typed: string, cwd: string): DriverSource {
  const text = typed.trim();
  if (text === "" || text.startsWith("-") || hasControlCharacter(text)) {
    throw invalidSource(text, "it is empty, starts with a dash or holds a control character");
  }
  if (PATH_LIKE.test(text)) return parsePath(text, cwd);
  if (text.startsWith("npm:")) return parsePackage(text.slice("npm:".length), text);
  if (/^(?:git\+)?[a-z][a-z0-9]*:\/\//i.test(text)) return parseUrlSource(text);
  const scp = parseScpAddress(text);
  if (scp !== undefined) return scp;
  if (text.startsWith("@")) return parsePackage(text, text);
  if (text.includes("/") || isShortcut(text)) return parseRepository(text);
  if (text.includes("@")) return parsePackage(text, text);
  if (isDriverName(text)) return { kind: "name", name: text };
  throw invalidSource(
    text,
    "a short name has lower case letters, digits and dashes only",
    PACKED.test(text) ? [`For a file: ./${text}`] : [],
  );
}

/** The one text for a source, which parses back to the same source and holds no secret. */
export function formatSource(source: DriverSource): string {
  switch (source.kind) {
    case "name":
      return source.name;
    case "npm":
      return `npm:${source.package}${source.range === undefined ? "" : `@${source.range}`}`;
    case "git":
      return formatGitSource(source);
    case "tarball-url":
      return source.url;
    case "tarball-file":
    case "folder":
      return source.path;
  }
}

/** The source without its version, range or reference, which means the newest. */
export function withoutVersion(source: DriverSource): DriverSource {
  if (source.kind === "npm") return { kind: "npm", package: source.package };
  if (source.kind !== "git") return source;
  const { ref: _ref, ...repository } = source;
  return repository;
}

/**
 * The source with another version, range or reference.
 *
 * @throws {MachineError} `SOURCE_INVALID` for what can't be a version, and for a file, folder or address, which has none
 */
export function withVersion(source: DriverSource, version: string): DriverSource {
  // By its text, so that a version is held to the same rules as one that is typed with the source.
  if (source.kind === "npm") return parseSource(formatSource({ ...source, range: version }), "/");
  if (source.kind === "git") return parseSource(formatSource({ ...source, ref: version }), "/");
  throw invalidSource(`${formatSource(source)}@${version}`, "it has no versions to choose from");
}

/** Whether both name the same package, repository or place, whatever the version, reference or transport. */
export function isSameOrigin(one: DriverSource, other: DriverSource): boolean {
  return identityOf(one) === identityOf(other);
}

function identityOf(source: DriverSource): string {
  return source.kind === "git" ? repositoryIdentity(source) : formatSource(withoutVersion(source));
}

function parsePath(text: string, cwd: string): TarballFileSource | FolderSource {
  const path = text.startsWith("file:") ? text.replace(/^file:(?:\/\/(?=\/))?/, "") : text.replace(/^~(?=\/)/, homedir());
  if (path === "") throw invalidSource(text, "the path is empty");
  const absolute = resolve(cwd, path);
  return { kind: PACKED.test(absolute) ? "tarball-file" : "folder", path: absolute };
}

function parsePackage(spec: string, typed: string): NpmSource {
  const at = spec.indexOf("@", 1);
  const name = at < 0 ? spec : spec.slice(0, at);
  const range = at < 0 ? undefined : spec.slice(at + 1).trim();
  if (!PACKAGE.test(name) || name.length > PACKAGE_NAME_LENGTH || name === "node_modules") {
    throw invalidSource(typed, `${JSON.stringify(name)} is not the name of a package`);
  }
  if (range === undefined) return { kind: "npm", package: name };
  if (!RANGE.test(range)) throw invalidSource(typed, `${JSON.stringify(range)} is not a version, range or tag`);
  return { kind: "npm", package: name, range };
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\u007f");
}
