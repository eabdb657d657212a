import { homedir } from "node:os";
import { runProcess } from "../../process/run-process.js";
import type { LoginPlaces } from "./gh-login.js";
import { type GitHostToken, withoutTokens } from "./tokens.js";

const GIT_TIMEOUT_MS = 10_000;

/** What git's credential helpers have for a host. Nobody is asked anything. */
export async function gitCredential(host: string, { env, signal }: LoginPlaces): Promise<GitHostToken | undefined> {
  const asked = runProcess("git", ["credential", "fill"], {
    // At home, so that the settings of a repository that somebody stands in, which may be a stranger's, don't count.
    cwd: env.HOME || homedir(),
    baseEnv: withoutTokens(withoutRepository(env)),
    env: { LC_ALL: "C", ...NO_PROMPTS },
    input: `protocol=https\nhost=${host}\n\n`,
    signal,
    timeoutMs: GIT_TIMEOUT_MS,
  });
  // Without git, without a helper, or with one that fails there is simply no login.
  const { stdout } = await asked.catch((error: unknown) => {
    if (signal.aborted) throw error;
    return { stdout: "" };
  });
  const [, secret] = /^password=(.+)$/m.exec(stdout) ?? [];
  const [, username] = /^username=(.+)$/m.exec(stdout) ?? [];
  if (secret === undefined) return undefined;
  return { secret, foundIn: "git's credential helper", isExplicit: false, ...(username === undefined ? {} : { username }) };
}

/** The variables that keep git and its helpers from asking. */
export const NO_PROMPTS = { GIT_TERMINAL_PROMPT: "0", GIT_ASKPASS: "", GCM_INTERACTIVE: "never" };

/** Without the variables that a git hook leaves, which would turn git to another repository. */
export function withoutRepository(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
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
