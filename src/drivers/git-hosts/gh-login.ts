import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../../process/run-process.js";
import { type GitHostToken, withoutTokens } from "./tokens.js";

/** Where logins are looked for. */
export interface LoginPlaces {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** A keyring that is locked may ask its user for a password, who is not waiting for that. */
const GH_TIMEOUT_MS = 5000;

/** The token with which GitHub's gh is logged in to a host: from its hosts.yml, or from the keyring, which gh itself is asked for. */
export async function ghToken(host: string, places: LoginPlaces): Promise<GitHostToken | undefined> {
  const hosts = await ghHosts(places.env);
  if (!hosts.has(host)) return undefined;
  const secret = hosts.get(host) ?? (await askGh(host, places));
  return secret === undefined ? undefined : { secret, foundIn: "gh", isExplicit: false };
}

/** The hosts that gh is logged in to, with the tokens that are not in the keyring. */
export async function ghHosts(env: NodeJS.ProcessEnv): Promise<ReadonlyMap<string, string | undefined>> {
  const text = await readFile(join(ghDirectory(env, process.platform), "hosts.yml"), "utf8").catch(() => "");
  return readHosts(text);
}

/** gh's folder, by its own rules (`gh help environment`, GH_CONFIG_DIR). */
function ghDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env.GH_CONFIG_DIR) return env.GH_CONFIG_DIR;
  if (env.XDG_CONFIG_HOME) return join(env.XDG_CONFIG_HOME, "gh");
  if (platform === "win32" && env.APPDATA) return join(env.APPDATA, "GitHub CLI");
  return join(env.HOME || homedir(), ".config", "gh");
}

/** Reads the YAML that gh writes: a key for each host, and below it, indented, `oauth_token: …` if the token is not in the keyring. */
function readHosts(text: string): Map<string, string | undefined> {
  const hosts = new Map<string, string | undefined>();
  let host: string | undefined;
  let indentation: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^["']?([A-Za-z0-9][A-Za-z0-9.:-]*?)["']?:\s*(?:#.*)?$/.exec(line) ?? [];
    const [, indent, key, value] = /^(\s+)(\w+):\s*["']?([^"'\s#]*)["']?\s*(?:#.*)?$/.exec(line) ?? [];
    if (name !== undefined) {
      host = name.toLowerCase();
      indentation = undefined;
      hosts.set(host, undefined);
    }
    if (indent === undefined || host === undefined) continue;
    indentation ??= indent;
    if (indent === indentation && key === "oauth_token" && value !== "") hosts.set(host, value);
  }
  return hosts;
}

/** gh gives the token of a variable for any host that isn't github.com, so it is asked without them. */
async function askGh(host: string, { env, signal }: LoginPlaces): Promise<string | undefined> {
  const quiet = { GH_PROMPT_DISABLED: "1", GH_NO_UPDATE_NOTIFIER: "1" };
  const asked = runProcess("gh", ["auth", "token", "--hostname", host], {
    baseEnv: withoutTokens(env),
    env: quiet,
    signal,
    timeoutMs: GH_TIMEOUT_MS,
  });
  // Without gh, or without its keyring, there is simply no token.
  const { stdout } = await asked.catch((error: unknown) => {
    if (signal.aborted) throw error;
    return { stdout: "" };
  });
  return stdout.trim() || undefined;
}
