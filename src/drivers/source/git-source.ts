import { invalidSource } from "./source-error.js";

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

/** The parts of a repository's address, unchecked. */
export interface GitParts {
  readonly transport: GitSource["transport"];
  readonly host: string;
  readonly path: string;
  readonly user?: string | undefined;
  readonly ref?: string | undefined;
}

/** Hosts that take `.git` at the end of a path, and how many parts the path has there. */
const KNOWN_HOSTS: ReadonlyMap<string, { readonly isPathLength: (length: number) => boolean }> = new Map([
  ["github.com", { isPathLength: (length) => length === 2 }],
  ["gitlab.com", { isPathLength: (length) => length >= 2 }],
  ["bitbucket.org", { isPathLength: (length) => length === 2 }],
]);
const SHORTCUTS: ReadonlyMap<string, string> = new Map([
  ["github", "github.com"],
  ["gitlab", "gitlab.com"],
  ["bitbucket", "bitbucket.org"],
]);

const HOST = "[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?";
/** A part of a path: it has at least one character other than a dot. */
const PART = "[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*";
const HOST_AND_PORT = new RegExp(`^(?:${HOST}|\\[[0-9a-f:.]+\\])(?::\\d+)?$`);
const PATH = new RegExp(`^/?~?${PART}(?:/~?${PART})*$`);
const SHORT_HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;
const SHORT_PATH = new RegExp(`^(${PART}(?:/${PART})+)\\.git$`);
const SCP = new RegExp(`^([A-Za-z0-9_][\\w.-]*)@(${HOST}):(?!/)([^#]+)(?:#(.+))?$`);
const NOT_IN_REF = /[\s:?[\\]|\.\.|@\{|\/\/|\/$|\.lock$/;

/** Parses `OWNER/REPO`, `HOST/OWNER/REPO` and `github:OWNER/REPO`, each with `@REF` or `#REF`. */
export function parseRepository(typed: string): GitSource {
  const [, whole = "", ref] = /^([^@#]+)(?:[@#](.*))?$/s.exec(withHost(typed)) ?? [];
  const parts = whole.replace(/\/$/, "").split("/");
  const isHost = parts[0]?.includes(".") === true;
  if (!isHost && parts.length !== 2) throw invalidSource(typed, "a GitHub repository is written as OWNER/REPO");
  const [host = "", ...path] = isHost ? parts : ["github.com", ...parts];
  return gitSource(typed, { transport: "https", host, path: withGit(path.join("/")), ref });
}

/** Parses `git@host:owner/repo`, as git itself takes it; `undefined` for anything else. */
export function parseScpAddress(typed: string): GitSource | undefined {
  const [, user, host, path, ref] = SCP.exec(typed) ?? [];
  return host === undefined || path === undefined ? undefined : gitSource(typed, { transport: "ssh", user, host, path, ref });
}

/** Whether the text is one of npm's short forms, `github:OWNER/REPO`. */
export function isShortcut(typed: string): boolean {
  return /^(?:github|gitlab|bitbucket):(?!\/)/.test(typed);
}

/**
 * Checks the parts of a repository's address.
 *
 * @throws {MachineError} `SOURCE_INVALID`
 */
export function gitSource(typed: string, { transport, host, path, user, ref }: GitParts): GitSource {
  const name = host.toLowerCase();
  // Before it is put into lower case, which makes ASCII of some letters that are not.
  if (transport !== "file" && !HOST_AND_PORT.test(host)) throw invalidSource(typed, `${JSON.stringify(host)} is not a host name`);
  const known = KNOWN_HOSTS.get(name);
  const checked = known === undefined ? path : withGit(path);
  const parts = checked.split("/");
  const isPath = transport === "file" ? checked.length > 1 : PATH.test(checked.replace(/\.git$/, ""));
  if (!isPath) throw invalidSource(typed, "the repository's path is not valid");
  if (known?.isPathLength(parts.length) === false) {
    throw invalidSource(typed, `a repository on ${name} is written as ${name}/OWNER/REPO`, browserHint(name, parts));
  }
  if (ref !== undefined && !isRef(ref)) throw invalidSource(typed, `${JSON.stringify(ref)} is not a tag, branch, commit or range`);
  const login = user === undefined || transport !== "ssh" ? {} : { user };
  return { kind: "git", transport, host: name, path: checked, ...login, ...(ref === undefined ? {} : { ref: withoutScheme(ref) }) };
}

/** The canonical text: `HOST/OWNER/REPO[@REF]` where that means the same, else `git+ADDRESS[#REF]`. */
export function formatGitSource(source: GitSource): string {
  const { transport, host, path, ref } = source;
  const short = transport === "https" && SHORT_HOST.test(host) ? SHORT_PATH.exec(path)?.[1] : undefined;
  if (short !== undefined) return `${host}/${short}${ref === undefined ? "" : `@${ref}`}`;
  return `git+${gitAddress(source)}${ref === undefined ? "" : `#${encodeURI(ref)}`}`;
}

/** The address that git fetches a source from, without its reference. */
export function gitAddress({ transport, host, path, user }: GitSource): string {
  if (transport === "file") return `file://${encodeURI(path).replaceAll("#", "%23").replaceAll("?", "%3F")}`;
  return `${transport}://${user === undefined ? "" : `${user}@`}${host}/${path}`;
}

/** Names the repository, whatever the reference or transport. */
export function repositoryIdentity({ host, path }: GitSource): string {
  return `git:${host}/${path.replace(/\.git$/, "")}`;
}

/** The path with `.git` at its end. */
export function withGit(path: string): string {
  return path.endsWith(".git") ? path : `${path}.git`;
}

function withHost(typed: string): string {
  const [, shortcut = "", rest = ""] = /^([a-z]+):(.*)$/s.exec(typed) ?? [];
  return isShortcut(typed) ? `${SHORTCUTS.get(shortcut)}/${rest}` : typed;
}

/** What may stand for a reference: git's own rules for names, and the characters of semver ranges. */
function isRef(ref: string): boolean {
  const bare = withoutScheme(ref).replaceAll(" ", "");
  return bare !== "" && bare.length <= 250 && !bare.startsWith("-") && !NOT_IN_REF.test(bare);
}

/** npm writes a range over tags as `semver:^1`. */
function withoutScheme(ref: string): string {
  return ref.replace(/^semver:/, "").trim();
}

/** An address copied from a browser: `github.com/o/r/tree/v1`. */
function browserHint(host: string, parts: readonly string[]): string[] {
  const [owner, repository, view = "", ...rest] = parts.map((part) => part.replace(/\.git$/, ""));
  const ref = view === "releases" && rest[0] === "tag" ? rest.slice(1) : rest;
  const isView = ["tree", "commit", "releases", "src"].includes(view);
  return isView && ref.length > 0 ? [`docker-machine driver install ${host}/${owner}/${repository}@${ref.join("/")}`] : [];
}
