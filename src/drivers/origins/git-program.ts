import type { RunResult } from "@docker-machine/driver-sdk";
import { hasCode, MachineError } from "../../errors.js";
import { runProcess } from "../../process/run-process.js";
import type { Settings } from "../../settings.js";
import { type GitSource, gitAddress } from "../git-source.js";
import { formatSource } from "../source.js";

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
}

const TOKEN_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  "github.com": ["MACHINE_GITHUB_API_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"],
};
/** The token's way to git: not on a command line, and not in a header that a redirect could carry to another host. */
const TOKEN_FOR_GIT = "DOCKER_MACHINE_GIT_TOKEN";
const CREDENTIAL_HELPER = `!f() { test "$1" = get && printf 'username=x-access-token\\npassword=%s\\n' "$${TOKEN_FOR_GIT}"; }; f`;
const MISSING =
  /repository .*not found|does not exist|does not appear to be a git repository|returned error: 404|no such (?:file|repository|project)/i;
const REFUSED =
  /authentication failed|could not read (?:username|password)|returned error: 40[13]|permission denied|access denied|terminal prompts disabled|host key verification failed|invalid credentials/i;
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
export async function tryGit(args: readonly string[], { remote, env, signal }: GitContext): Promise<RunResult> {
  try {
    return await runProcess("git", args, {
      baseEnv: withoutRepository(env),
      env: gitEnvironment(remote, env),
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

/** The variables that keep git quiet and safe, and give it a token for the host that the token is for. */
export function gitEnvironment({ address, isMirror }: Remote, env: NodeJS.ProcessEnv): Record<string, string> {
  const { host, protocol } = new URL(address);
  const token = isMirror || protocol !== "https:" ? undefined : tokenFor(host, env);
  const config: [string, string][] = [["core.hooksPath", "/dev/null"]];
  if (token !== undefined) config.push([`credential.https://${host}.helper`, ""], [`credential.https://${host}.helper`, CREDENTIAL_HELPER]);
  return {
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    GCM_INTERACTIVE: "never",
    GIT_ALLOW_PROTOCOL: protocol.slice(0, -1),
    ...(token === undefined ? {} : { [TOKEN_FOR_GIT]: token }),
    ...configVariables(config),
  };
}

/** Without the variables that a git hook leaves, which would turn git to another repository. */
function withoutRepository(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const {
    GIT_DIR: _dir,
    GIT_WORK_TREE: _tree,
    GIT_INDEX_FILE: _index,
    GIT_OBJECT_DIRECTORY: _objects,
    GIT_COMMON_DIR: _common,
    GIT_NAMESPACE: _space,
    ...others
  } = env;
  return others;
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

function tokenFor(host: string, env: NodeJS.ProcessEnv): string | undefined {
  const names = Object.hasOwn(TOKEN_VARIABLES, host) ? (TOKEN_VARIABLES[host] ?? []) : [];
  return names.map((name) => env[name]?.trim()).find((value) => value !== undefined && value !== "");
}

function gitError(stderr: string, { source, remote }: GitContext): MachineError {
  const shown = formatSource(source);
  const where = remote.isMirror ? ` (through the mirror ${remote.address})` : "";
  const reason = lastLines(stderr);
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
    return ["For a private repository: set GITHUB_TOKEN to a token that can read it, or run: gh auth setup-git"];
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
