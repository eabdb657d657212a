import { join } from "node:path";
import type { Logger } from "@docker-machine/driver-sdk";
import type { GitHostKind, Settings } from "../../settings.js";
import { AnswerCache } from "./answer-cache.js";
import { ApiClient } from "./api-client.js";
import { ghToken } from "./gh-login.js";
import { gitCredential } from "./git-credentials.js";
import type { GitHostApi } from "./git-host-api.js";
import { GITHUB_HEADERS, GitHubApi } from "./github-api.js";
import { hostKind } from "./host-kind.js";
import { HttpClient } from "./http-client.js";
import { isLoopback } from "./origin-rules.js";
import { environmentToken, type GitHostToken, isTenant } from "./tokens.js";

/** What {@link gitHostApi} works with. */
export interface GitHostContext {
  readonly settings: Settings;
  /** Its tokens, its HOME with the logins of gh and git, and npm's settings count. */
  readonly env: NodeJS.ProcessEnv;
  /** The user's cache folder. Absent: nothing is kept. */
  readonly cacheDirectory?: string | undefined;
  /** The drivers' folder, where npm's settings are read. */
  readonly directory: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

type ApiKind = Exclude<GitHostKind, "none">;

/**
 * The API of a git host, at its own address or at the mirror that is set for it.
 *
 * @param host the host's name, with its port if it isn't that of https
 * @returns undefined for a host of which no API is known: then there are only repositories
 */
export async function gitHostApi(host: string, context: GitHostContext): Promise<GitHostApi | undefined> {
  const { settings, env, signal, log } = context;
  const mirror = settings.gitApiMirrors.get(host) ?? settings.gitApiMirrors.get(host.replace(/:\d+$/, ""));
  const cacheDirectory = context.cacheDirectory === undefined ? undefined : join(context.cacheDirectory, "git-hosts");
  const http = new HttpClient({ env, directory: context.directory, signal });
  const kind = await hostKind(
    host,
    { base: mirror ?? webAddress(host), isMirror: mirror !== undefined },
    { settings, env, http, cacheDirectory },
  );
  // Bitbucket's API has one address only, which must not get another host's token.
  if (kind === "none" || (kind === "bitbucket" && host !== "bitbucket.org" && mirror === undefined)) return undefined;
  const ownBase = apiAddress(host, kind);
  // A mirror gets what is set for its own name.
  const loginHost = mirror === undefined ? host : new URL(mirror).host;
  const client = new ApiClient({
    host,
    kind,
    base: mirror ?? ownBase,
    ownBase,
    http,
    cache: new AnswerCache(cacheDirectory === undefined ? undefined : join(cacheDirectory, "answers")),
    loginHost,
    token: () => findToken(loginHost, kind, { env, signal }),
    authorization: (token) => authorization(token, kind),
    headers: { "user-agent": "docker-machine", ...(kind === "github" ? GITHUB_HEADERS : {}) },
    log,
    isOffline: settings.offline === true,
  });
  return adapter(kind, client);
}

async function adapter(kind: ApiKind, client: ApiClient): Promise<GitHostApi> {
  switch (kind) {
    case "github":
      return new GitHubApi(client);
    case "gitlab": {
      const { GitLabApi } = await import("./gitlab-api.js");
      return new GitLabApi(client);
    }
    case "gitea": {
      const { GiteaApi } = await import("./gitea-api.js");
      return new GiteaApi(client);
    }
    case "bitbucket": {
      const { BitbucketApi } = await import("./bitbucket-api.js");
      return new BitbucketApi(client);
    }
  }
}

/** The token chain: the environment, gh's login, git's credential helpers. */
async function findToken(
  host: string,
  kind: ApiKind,
  places: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<GitHostToken | undefined> {
  const set = environmentToken(host, places.env);
  if (set !== undefined) return set;
  return (kind === "github" ? await ghToken(host, places) : undefined) ?? (await gitCredential(host, places));
}

/** Git's helpers may have a password, which Gitea and Bitbucket take together with its user's name. */
function authorization({ secret, username }: GitHostToken, kind: ApiKind): string {
  const isLogin = username !== undefined && username !== "x-token-auth" && (kind === "gitea" || kind === "bitbucket");
  return isLogin ? `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}` : `Bearer ${secret}`;
}

function webAddress(host: string): string {
  return `${isLoopback(host.replace(/:\d+$/, "")) ? "http" : "https"}://${host}/`;
}

function apiAddress(host: string, kind: ApiKind): string {
  switch (kind) {
    case "github":
      return host === "github.com" || isTenant(host) ? `https://api.${host}/` : `${webAddress(host)}api/v3/`;
    case "gitlab":
      return `${webAddress(host)}api/v4/`;
    case "gitea":
      return `${webAddress(host)}api/v1/`;
    case "bitbucket":
      return "https://api.bitbucket.org/2.0/";
  }
}
