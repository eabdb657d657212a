import { join } from "node:path";
import { writeAtomically } from "../../files/atomic-file.js";
import { readTextFile } from "../../files/read-file.js";
import type { GitHostKind, Settings } from "../../settings.js";
import { ghHosts } from "./gh-login.js";
import type { HttpAnswer, HttpClient } from "./http-client.js";
import { hostIn, isTenant } from "./tokens.js";

/** What {@link hostKind} works with. */
export interface KindContext {
  readonly settings: Settings;
  readonly env: NodeJS.ProcessEnv;
  readonly http: HttpClient;
  /** Where it is remembered. Absent: nowhere. */
  readonly cacheDirectory: string | undefined;
}

/** Where a host can be asked. */
export interface HostAddress {
  /** Its web address, below which its API is, or the API mirror that is set for it. Ends with `/`. */
  readonly base: string;
  readonly isMirror: boolean;
}

interface Remembered {
  readonly kind: GitHostKind;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** How a kind of host shows itself to somebody without a login. */
interface Sign {
  readonly kind: GitHostKind;
  /** Where the API is below the host's web address. */
  readonly api: string;
  readonly path: string;
  readonly isIt: (answer: HttpAnswer, value: Readonly<Record<string, unknown>>) => boolean;
}

const WELL_KNOWN: ReadonlyMap<string, GitHostKind> = new Map([
  ["github.com", "github"],
  ["gitlab.com", "gitlab"],
  ["bitbucket.org", "bitbucket"],
  ["codeberg.org", "gitea"],
  ["gitea.com", "gitea"],
]);
const FORGET_MS = 30 * 24 * 3_600_000;
/** A host without an API may get one. */
const FORGET_NONE_MS = 24 * 3_600_000;
const PROBE_TIMEOUT_MS = 8000;
const MAX_PROBE_BYTES = 64 * 1024;

const SIGNS: readonly Sign[] = [
  { kind: "github", api: "api/v3/", path: "meta", isIt: ({ header }) => header("x-github-request-id") !== undefined },
  {
    kind: "gitlab",
    api: "api/v4/",
    path: "version",
    isIt: ({ status, header }, { version, revision, message }) =>
      header("x-gitlab-meta") !== undefined ||
      (status === 200 && typeof version === "string" && typeof revision === "string") ||
      (status === 401 && message === "401 Unauthorized"),
  },
  { kind: "gitea", api: "api/v1/", path: "version", isIt: ({ status }, { version }) => status === 200 && typeof version === "string" },
];

/**
 * Whose API a host has: by the settings, by its name, by where gh is logged in; else it is asked once, without a token, and remembered. `none` if it can't be told.
 */
export async function hostKind(host: string, address: HostAddress, context: KindContext): Promise<GitHostKind> {
  const { settings, env } = context;
  const name = host.replace(/:\d+$/, "");
  const known =
    settings.gitHosts.get(host) ?? settings.gitHosts.get(name) ?? WELL_KNOWN.get(host) ?? (isTenant(host) ? "github" : undefined);
  if (known !== undefined) return known;
  if (hostIn(env.GH_HOST) === host || (await ghHosts(env)).has(host)) return "github";
  if (hostIn(env.GITLAB_HOST) === host) return "gitlab";
  return recallOrAsk(host, address, context);
}

async function recallOrAsk(host: string, address: HostAddress, { http, cacheDirectory, settings }: KindContext): Promise<GitHostKind> {
  const path = cacheDirectory === undefined ? undefined : join(cacheDirectory, "hosts.json");
  const all = path === undefined ? new Map<string, Remembered>() : recall(path);
  const kept = all.get(host);
  const forgetAfter = kept?.kind === "none" ? FORGET_NONE_MS : FORGET_MS;
  if (kept !== undefined && (settings.offline === true || Math.abs(Date.now() - kept.at) < forgetAfter)) return kept.kind;
  if (settings.offline === true) return "none";
  const kind = await ask(address, http);
  // A host that couldn't be asked is asked again the next time.
  if (kind === undefined) return "none";
  const text = JSON.stringify(Object.fromEntries([...all, [host, { kind, at: Date.now() }]]));
  if (path !== undefined) await writeAtomically(path, text).catch(() => undefined);
  return kind;
}

async function ask(address: HostAddress, http: HttpClient): Promise<GitHostKind | undefined> {
  const answers = await Promise.allSettled(SIGNS.map((sign) => shows(sign, address, http)));
  const at = answers.findIndex((answer) => answer.status === "fulfilled" && answer.value);
  if (at >= 0) return SIGNS[at]?.kind;
  return answers.some(({ status }) => status === "fulfilled") ? "none" : undefined;
}

async function shows({ api, path, isIt }: Sign, { base, isMirror }: HostAddress, http: HttpClient): Promise<boolean> {
  const address = new URL(isMirror ? path : `${api}${path}`, base);
  return http.send({ address, headers: { accept: "application/json" }, timeoutMs: PROBE_TIMEOUT_MS, retries: 0 }, async (answer) =>
    isIt(answer, await smallJson(answer)),
  );
}

async function smallJson({ body }: HttpAnswer): Promise<Readonly<Record<string, unknown>>> {
  let text = "";
  for await (const chunk of body as AsyncIterable<Buffer>) {
    text += chunk.toString("latin1");
    if (text.length > MAX_PROBE_BYTES) return {};
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

function recall(path: string): ReadonlyMap<string, Remembered> {
  try {
    const kept: unknown = JSON.parse(readTextFile(path));
    return new Map(
      Object.entries(kept as Readonly<Record<string, unknown>>).filter((entry): entry is [string, Remembered] => isRemembered(entry[1])),
    );
  } catch {
    return new Map();
  }
}

function isRemembered(value: unknown): value is Remembered {
  const { kind, at } = (value ?? {}) as { readonly kind?: unknown; readonly at?: unknown };
  return typeof at === "number" && ["github", "gitlab", "gitea", "none"].includes(String(kind));
}
