import type { RunResult } from "@docker-machine/driver-sdk";
import { hasCode, MachineError } from "../../errors.js";
import { runProcess } from "../../process/run-process.js";
import type { Settings } from "../../settings.js";
import { ghToken, type LoginPlaces } from "../git-hosts/gh-login.js";
import { NO_PROMPTS, withoutRepository } from "../git-hosts/git-credentials.js";
import { environmentToken, type GitHostToken } from "../git-hosts/tokens.js";
import { type GitSource, gitAddress } from "../source/git-source.js";
import { formatSource } from "../source/source.js";

/** Where a repository is really fetched from. */
export interface Remote {
  /** The repository's own address, or its mirror's. */
  readonly address: string;
  readonly isMirror: boolean;
}

/** Who runs git, and for which source. */
export interface GitContext {
  readonly source: GitSource;
  readonly remote: Remote;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** A token that was found for the remote's host, besides those in the environment and those that git finds itself. */
  readonly token?: GitHostToken | undefined;
}

/** A server that sends next to nothing for half a minute is given up, and large files are not read into memory as a whole. */
const CAREFUL: readonly [string, string][] = [
  ["http.lowSpeedLimit", "1000"],
  ["http.lowSpeedTime", "30"],
  ["core.bigFileThreshold", "16m"],
];
/** The token's way to git: not on a command line, and not in a header that a redirect could carry to another host. */
const TOKEN_FOR_GIT = "DOCKER_MACHINE_GIT_TOKEN";
const CREDENTIAL_HELPER = `!f() { test "$1" = get && printf 'username=x-access-token\\npassword=%s\\n' "$${TOKEN_FOR_GIT}"; }; f`;
const MISSING =
  /repository .*not found|does not exist|does not appear to be a git repository|returned error: 404|no such (?:file|repository|project)/i;
const REFUSED =
  /authentication failed|could not read (?:username|password)|returned error: 40[13]|permission denied|access denied|terminal prompts disabled|host key verification failed|invalid credentials/i;
const FULL = /no space left on device|disk quota exceeded/i;
const CUT =
  /early eof|unexpected disconnect|hung up|index-pack failed|rpc failed|curl \d+|bad pack|could not resolve host|connection (?:refused|timed out|reset)|couldn't connect|failed to connect|unable to access|network is unreachable|ssl/i;

/** The address to fetch from, by the mirrors that are set. A mirror serves `OWNER/REPO.git` under its base address. */
export function remoteOf(source: GitSource, settings: Settings): Remote {
  const base =
    source.transport === "file"
      ? undefined
      : (settings.gitMirrors.get(source.host) ?? settings.gitMirrors.get(source.host.replace(/:\d+$/, "")));
  return base === undefined
    ? { address: gitAddress(source), isMirror: false }
    : { address: `${base}${source.path.replace(/^\/+/, "")}`, isMirror: true };
}

/**
 * Runs the git program, which asks nothing, runs no hooks, and speaks no protocol but the address's own.
 *
 * @throws {MachineError} `COMMAND_NOT_FOUND`, `SOURCE_NOT_FOUND`, `SOURCE_NEEDS_TOKEN`, `SOURCE_UNREACHABLE`, `GIT_FAILED`, `OPERATION_ABORTED`
 */
export async function runGit(args: readonly string[], context: GitContext): Promise<string> {
  const result = await tryGit(args, context);
  if (result.exitCode !== 0) throw gitError(result.stderr, context);
  return result.stdout;
}

/** As {@link runGit}, for a command whose failure is an answer. */
export async function tryGit(args: readonly string[], { remote, env, signal, token }: GitContext): Promise<RunResult> {
  try {
    return await runProcess("git", args, {
      baseEnv: withoutRepository(env),
      env: gitEnvironment(remote, env, token),
      signal,
      acceptedExitCodes: [0, 1, 2, 128, 129],
    });
  } catch (error) {
    if (!hasCode(error, "COMMAND_NOT_FOUND")) throw error;
    throw new MachineError("COMMAND_NOT_FOUND", "Drivers from git repositories need the program git, which was not found.", {
      cause: error,
      suggestions: ["Install git, for example: sudo apt-get install git"],
    });
  }
}

/**
 * The variables that keep git quiet and safe, and give it a token for the host that the token is for.
 * One that is set comes before git's own credential helpers; one that was found elsewhere, after them.
 */
export function gitEnvironment(remote: Remote, env: NodeJS.ProcessEnv, found?: GitHostToken): Record<string, string> {
  const { host, protocol } = new URL(remote.address);
  const token = takesToken(remote) ? (environmentToken(host, env) ?? found) : undefined;
  const helper = `credential.https://${host}.helper`;
  const config: [string, string][] = [["core.hooksPath", "/dev/null"], ...CAREFUL];
  if (token?.isExplicit === true) config.push([helper, ""]);
  if (token !== undefined) config.push([helper, CREDENTIAL_HELPER]);
  return {
    LC_ALL: "C",
    ...NO_PROMPTS,
    GIT_ALLOW_PROTOCOL: protocol.slice(0, -1),
    ...(token === undefined ? {} : { [TOKEN_FOR_GIT]: token.secret }),
    ...configVariables(config),
  };
}

/** The token with which gh is logged in to the remote's host, which git knows of only after `gh auth setup-git`. */
export async function foundToken(remote: Remote, places: LoginPlaces): Promise<GitHostToken | undefined> {
  return takesToken(remote) ? ghToken(new URL(remote.address).host, places) : undefined;
}

function takesToken({ address, isMirror }: Remote): boolean {
  return !isMirror && new URL(address).protocol === "https:";
}

/** Git's settings by environment, instead of those the user may have set the same way. */
function configVariables(config: readonly [string, string][]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(config.length) };
  for (const [index, [key, value]] of config.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}

function gitError(stderr: string, { source, remote }: GitContext): MachineError {
  const shown = formatSource(source);
  const where = remote.isMirror ? ` (through the mirror ${remote.address})` : "";
  const reason = lastLines(stderr);
  if (FULL.test(stderr)) {
    return new MachineError("FILE_UNWRITABLE", `git could not write what it fetched of ${shown}: ${reason}`, {
      suggestions: ["Make room on the disk, and try again."],
    });
  }
  if (REFUSED.test(stderr)) {
    return new MachineError("SOURCE_NEEDS_TOKEN", `${shown}${where} does not exist, or needs a login: ${reason}`, {
      suggestions: loginAdvice(source, remote),
    });
  }
  if (MISSING.test(stderr)) {
    return new MachineError("SOURCE_NOT_FOUND", `${shown}${where} was not found: ${reason}`, {
      suggestions: ["Check its spelling.", ...loginAdvice(source, remote)],
    });
  }
  if (CUT.test(stderr)) {
    return new MachineError("SOURCE_UNREACHABLE", `${shown}${where} could not be fetched: ${reason}`, {
      suggestions: ["Check the network, and git's proxy settings, and try again."],
    });
  }
  return new MachineError("GIT_FAILED", `git could not fetch ${shown}${where}: ${reason}`, {
    suggestions: [`See whether git itself can: git ls-remote ${remote.address}`],
  });
}

function loginAdvice({ transport, host, user }: GitSource, { isMirror }: Remote): string[] {
  if (transport === "ssh" && !isMirror)
    return [`For a private repository: check that your SSH key is accepted: ssh -T ${user ?? "git"}@${host}`];
  if (host === "github.com" && !isMirror)
    return ["For a private repository: set GITHUB_TOKEN to a token that can read it, or run: gh auth login"];
  if (host === "gitlab.com" && !isMirror) return ["For a private repository: set GITLAB_TOKEN to a token that can read it."];
  return ["For a private repository: give git a login for it, by a credential helper (git help credentials)."];
}

function lastLines(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(?:remote: )?(?:Cloning|Enumerating|Counting|Compressing)/.test(line));
  const end = lines.slice(-3).join(" ") || "git gave no reason";
  return end.replace(/\/\/[^/@\s]*@/g, "//");
}
