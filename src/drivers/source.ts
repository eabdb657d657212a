import { homedir } from "node:os";
import { resolve } from "node:path";
import { isDriverName } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";

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

/** A repository on a git host. */
export interface GitSource {
  readonly kind: "git";
  readonly transport: "https" | "http" | "ssh" | "file";
  /** With its port if it isn't the transport's own. Empty for `file`. */
  readonly host: string;
  /** The path in the repository's address, without a leading slash; for `file` an absolute path with one. */
  readonly path: string;
  /** The login name for `ssh`. */
  readonly user?: string;
  /** A tag, branch, commit, or semver range over tags. Absent: the newest semver tag, else the default branch. */
  readonly ref?: string;
}

/** A packed package at an address. */
export interface TarballUrlSource {
  readonly kind: "tarball-url";
  readonly url: string;
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

/** Hosts whose repositories can be written as `HOST/OWNER/REPO`, take `.git` at the end, and have exactly this many path parts. */
const KNOWN_HOSTS: Readonly<Record<string, { readonly parts: number | undefined }>> = {
  "github.com": { parts: 2 },
  "gitlab.com": { parts: undefined },
  "bitbucket.org": { parts: 2 },
};
const SHORTCUTS: Readonly<Record<string, string>> = { github: "github.com", gitlab: "gitlab.com", bitbucket: "bitbucket.org" };

const SEGMENT = "[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*";
const HOST = "[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?";
const PATH_LIKE = /^(?:\.{1,2}(?:[/\\]|$)|\/|~\/|[A-Za-z]:[\\/]|file:)/;
const PACKED = /\.(?:tgz|tar\.gz)$/i;
const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const RANGE = /^[\w.^~<>=|*+ -]+$/;
const SECRET_PARAMETER = /token|secret|password|credential|signature|^sig$|key|auth/i;

/**
 * Parses what a user typed for a driver. It reads no file and asks nobody, so `foo/bar` is always GitHub's, even beside a folder `foo/bar`.
 *
 * @param cwd the folder that `./x` is relative to
 * @throws {MachineError} `SOURCE_INVALID`, `SOURCE_HAS_CREDENTIALS`, `SOURCE_INSECURE`
 */
export function parseSource(typed: string, cwd: string): DriverSource {
  const text = typed.trim();
  if (text === "" || text.startsWith("-") || hasControlCharacter(text))
    throw invalid(text, "it is empty, starts with a dash or holds a control character");
  if (PATH_LIKE.test(text)) return parsePath(text, cwd);
  if (text.startsWith("npm:")) return parsePackage(text.slice("npm:".length), text);
  if (/^(?:git\+)?[a-z][a-z0-9]*:\/\//i.test(text)) return parseUrl(text);
  const shortcut = /^(github|gitlab|bitbucket):(?!\/)(.+)$/.exec(text);
  if (shortcut !== null) return parseHosted(`${SHORTCUTS[shortcut[1] ?? ""]}/${shortcut[2]}`, text);
  const scp = new RegExp(`^([A-Za-z0-9_][\\w.-]*)@(${HOST}):(?!/)([^#]+)(?:#(.+))?$`).exec(text);
  if (scp !== null) return gitSource(text, { transport: "ssh", user: scp[1], host: scp[2] ?? "", path: scp[3] ?? "", ref: scp[4] });
  if (text.startsWith("@")) return parsePackage(text, text);
  if (text.includes("/")) return parseHosted(text, text);
  if (text.includes("@")) return parsePackage(text, text);
  if (isDriverName(text)) return { kind: "name", name: text };
  throw invalid(text, "a short name has lower case letters, digits and dashes only", PACKED.test(text) ? [`For a file: ./${text}`] : []);
}

/** The one text for a source, which parses back to the same source and holds no secret. */
export function formatSource(source: DriverSource): string {
  switch (source.kind) {
    case "name":
      return source.name;
    case "npm":
      return `npm:${source.package}${source.range === undefined ? "" : `@${source.range}`}`;
    case "git":
      return formatGit(source);
    case "tarball-url":
      return source.url;
    case "tarball-file":
    case "folder":
      return source.path;
  }
}

/** The address that git fetches a source from, without its reference. */
export function gitAddress({ transport, host, path, user }: GitSource): string {
  const login = user === undefined ? "" : `${user}@`;
  return transport === "file" ? `file://${path}` : `${transport}://${login}${host}/${path}`;
}

/** Whether both name the same package, repository or place, whatever the version, reference or transport. */
export function isSameOrigin(one: DriverSource, other: DriverSource): boolean {
  return originOf(one) === originOf(other);
}

function originOf(source: DriverSource): string {
  if (source.kind === "npm") return `npm:${source.package}`;
  if (source.kind === "git") return `git:${source.host.toLowerCase()}/${source.path.replace(/\.git$/, "")}`;
  return formatSource(source);
}

function formatGit(source: GitSource): string {
  const short = new RegExp(`^(${SEGMENT}(?:/${SEGMENT})+)\\.git$`).exec(source.path);
  const ref = source.ref === undefined ? "" : source.ref;
  if (source.transport === "https" && short !== null && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(source.host)) {
    return `${source.host}/${short[1]}${ref === "" ? "" : `@${ref}`}`;
  }
  return `git+${gitAddress(source)}${ref === "" ? "" : `#${ref}`}`;
}

function parsePath(text: string, cwd: string): TarballFileSource | FolderSource {
  const path = text.startsWith("file:")
    ? decodeURIComponent(text.replace(/^file:(?:\/\/(?=\/))?/, ""))
    : text.replace(/^~(?=\/)/, homedir());
  if (path === "") throw invalid(text, "the path is empty");
  const absolute = resolve(cwd, path);
  return { kind: PACKED.test(absolute) ? "tarball-file" : "folder", path: absolute };
}

function parsePackage(spec: string, text: string): NpmSource {
  const at = spec.indexOf("@", 1);
  const name = at < 0 ? spec : spec.slice(0, at);
  const range = at < 0 ? undefined : spec.slice(at + 1).trim();
  if (!PACKAGE.test(name) || name.length > 214 || name === "node_modules")
    throw invalid(text, `${JSON.stringify(name)} is not the name of a package`);
  if (range === undefined) return { kind: "npm", package: name };
  if (!RANGE.test(range)) throw invalid(text, `${JSON.stringify(range)} is not a version, range or tag`);
  return { kind: "npm", package: name, range };
}

/** `OWNER/REPO`, `HOST/OWNER/REPO`, each with `@REF` or `#REF`. */
function parseHosted(spec: string, text: string): GitSource {
  const [, whole = "", ref] = /^([^@#]+)(?:[@#](.*))?$/s.exec(spec) ?? [];
  const segments = whole.replace(/\/$/, "").split("/");
  const first = segments[0] ?? "";
  const isHost = first.includes(".");
  if (!isHost && segments.length !== 2) throw invalid(text, "a GitHub repository is written as OWNER/REPO");
  const host = isHost ? first : "github.com";
  const path = (isHost ? segments.slice(1) : segments).join("/");
  return gitSource(text, { transport: "https", host, path: `${path.replace(/\.git$/, "")}.git`, ref });
}

function parseUrl(text: string): DriverSource {
  const plain = text.replace(/^git\+/, "");
  const isGit = plain !== text;
  if (!URL.canParse(plain)) throw invalid(isGit ? plain : text, "it is not a valid address");
  const url = new URL(plain);
  refuseCredentials(url);
  const ref = url.hash === "" ? undefined : decodeURIComponent(url.hash.slice(1));
  if (url.protocol === "file:" && isGit)
    return gitSource(text, { transport: "file", host: "", path: decodeURIComponent(url.pathname), ref });
  if (url.protocol === "ssh:") {
    return gitSource(text, { transport: "ssh", user: url.username || undefined, host: url.host, path: url.pathname.slice(1), ref });
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw invalid(text, `drivers can't be fetched by ${url.protocol}//`);
  refusePlainText(url, text);
  if (!isGit && PACKED.test(url.pathname)) return { kind: "tarball-url", url: withoutHash(url) };
  if (!isGit && /\.(?:zip|tar|xz|bz2)$/i.test(url.pathname)) throw invalid(text, "a packed driver ends in .tgz or .tar.gz");
  const path = decodeURIComponent(url.pathname.slice(1)).replace(/\/$/, "");
  const transport = url.protocol === "https:" ? "https" : "http";
  if (url.search !== "") throw invalid(text, 'the address of a repository has no "?" part');
  const takesGit = Object.hasOwn(KNOWN_HOSTS, url.host) || !isGit;
  return gitSource(text, { transport, host: url.host, path: takesGit && !path.endsWith(".git") ? `${path}.git` : path, ref });
}

interface GitParts {
  readonly transport: GitSource["transport"];
  readonly host: string;
  readonly path: string;
  readonly user?: string | undefined;
  readonly ref?: string | undefined;
}

function gitSource(text: string, { transport, host, path, user, ref }: GitParts): GitSource {
  const name = host.toLowerCase();
  if (transport !== "file" && !new RegExp(`^(?:${HOST}|\\[[0-9a-f:.]+\\])(?::\\d+)?$`).test(name))
    throw invalid(text, `${JSON.stringify(host)} is not a host name`);
  if (!new RegExp(`^/?~?${SEGMENT}(?:/~?${SEGMENT})*$`).test(path)) throw invalid(text, "the repository's path is not valid");
  const known = Object.hasOwn(KNOWN_HOSTS, name) ? KNOWN_HOSTS[name] : undefined;
  const parts = path.split("/");
  const wrongParts = known === undefined ? parts.length < 1 : known.parts === undefined ? parts.length < 2 : parts.length !== known.parts;
  if (wrongParts || path === ".git")
    throw invalid(text, `a repository on ${name} is written as ${name}/OWNER/REPO`, browserHint(name, parts));
  if (ref !== undefined && !isRef(ref)) throw invalid(text, `${JSON.stringify(ref)} is not a tag, branch, commit or range`);
  const normal = known !== undefined && !path.endsWith(".git") ? `${path}.git` : path;
  return {
    kind: "git",
    transport,
    host: name,
    path: normal,
    ...(user === undefined || transport !== "ssh" ? {} : { user }),
    ...(ref === undefined ? {} : { ref: ref.replace(/^semver:/, "") }),
  };
}

/** An address copied from a browser: `github.com/o/r/tree/v1`. */
function browserHint(host: string, parts: readonly string[]): string[] {
  const [owner, repo, view, ...rest] = parts.map((part) => part.replace(/\.git$/, ""));
  const ref = view === "releases" && rest[0] === "tag" ? rest.slice(1) : rest;
  if (!["tree", "commit", "releases", "src"].includes(view ?? "") || ref.length === 0) return [];
  return [`docker-machine driver install ${host}/${owner}/${repo}@${ref.join("/")}`];
}

/** What may stand for a reference: git's own rules for names, and the characters of semver ranges. */
function isRef(ref: string): boolean {
  return (
    ref !== "" &&
    ref.length <= 250 &&
    !ref.startsWith("-") &&
    !/[\s:?[\\]|\.\.|@\{|\/\/|\/$|\.lock$/.test(ref.replace(/^semver:/, "").replaceAll(" ", ""))
  );
}

function withoutHash(url: URL): string {
  const copy = new URL(url);
  copy.hash = "";
  return copy.href;
}

function refuseCredentials(url: URL): void {
  const isLogin = url.protocol === "ssh:" && url.password === "";
  const secret = [...url.searchParams.keys()].find((name) => SECRET_PARAMETER.test(name));
  if (secret === undefined && ((url.username === "" && url.password === "") || isLogin)) return;
  throw new MachineError(
    "SOURCE_HAS_CREDENTIALS",
    `The driver's address on ${url.host} holds ${secret === undefined ? "a user name or password" : `the secret "${secret}"`}, which would be stored and shown.`,
    {
      suggestions: [
        "Leave it out of the address. For git hosts use a credential helper, an SSH key, or for GitHub the variable GITHUB_TOKEN; for registries .npmrc.",
      ],
    },
  );
}

function refusePlainText(url: URL, text: string): void {
  const isLoopback = ["localhost", "[::1]"].includes(url.hostname) || url.hostname.startsWith("127.");
  if (url.protocol === "https:" || isLoopback) return;
  throw new MachineError("SOURCE_INSECURE", `${text} would be fetched without encryption, so anyone on the way could change the driver.`, {
    suggestions: [
      `Use ${text.replace("http://", "https://")}`,
      "For a mirror inside a closed network: the setting gitMirrors, or a registry in .npmrc.",
    ],
  });
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < " " || character === "\u007f");
}

function invalid(text: string, problem: string, suggestions: readonly string[] = []): MachineError {
  const shown = text.replace(/\/\/[^/@]*@/, "//");
  return new MachineError("SOURCE_INVALID", `${JSON.stringify(shown)} is not a driver: ${problem}.`, {
    suggestions: [
      ...suggestions,
      "A driver is NAME, OWNER/REPO[@REF], HOST/OWNER/REPO[@REF], npm:PACKAGE[@RANGE], an https address of a .tgz, ./file.tgz or ./folder.",
    ],
  });
}
