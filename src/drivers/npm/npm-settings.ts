import { mkdir } from "node:fs/promises";
import Config from "@npmcli/config";
import definitions from "@npmcli/config/lib/definitions/index.js";
import { npmError } from "./npm-error.js";
import { RegistryAgent } from "./registry-agent.js";

/** The user's npm settings, in the form that npm's libraries take: registries, tokens by registry, proxies, the cache's folder. */
export type NpmSettings = Readonly<Record<string, unknown>> & {
  /** The folder of npm's cache. */
  readonly cache: string;
  /** The registry for packages without one of their own. */
  readonly registry: string;
  /** The registry of a user who has set none. */
  readonly publicRegistry: string;
  /** What all requests go through. */
  readonly agent: RegistryAgent;
};

/** Where the user's npm settings are looked for. */
export interface NpmSettingsPlaces {
  /** Its HOME and `npm_config_*` variables count. */
  readonly env: NodeJS.ProcessEnv;
  /** The drivers' folder. A .npmrc in the current folder is not read: a checkout somebody entered must not choose the registry. */
  readonly directory: string;
  /** Whether only npm's cache is used, whatever the user's npm settings say. Default: false. */
  readonly isOffline?: boolean;
}

/** A failed connection is tried again soon, a few times: someone waits for the answer. npm's own 10 s and 60 s are for unattended installs. */
const RETRY = { retries: 2, factor: 2, minTimeout: 200, maxTimeout: 2000 };

/** How long a registry may send next to nothing, where `fetch-timeout` doesn't say it. npm's five minutes are for unattended installs. */
const PATIENCE_MS = 30_000;

/** Without it, npm looks for a workspace's settings in every folder above. */
const ARGV = ["node", "npm", "--no-workspaces"];

/**
 * Reads .npmrc files, environment and defaults as npm does.
 *
 * @throws {MachineError} `SOURCE_ANSWER_INVALID` if they can't be read
 */
export async function loadNpmSettings({ env, directory, isOffline = false }: NpmSettingsPlaces): Promise<NpmSettings> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // The environment is a copy, since npm's reader writes npm_config_* variables into it.
  const options = { ...definitions, npmPath: directory, env: { ...env }, argv: ARGV, cwd: directory, warn: false };
  const config = new Config(options);
  try {
    await config.load();
  } catch (error) {
    throw npmError(error, "npm's settings");
  }
  const { cache, registry, timeout, ...others } = config.flat;
  const publicRegistry = definitions.definitions.registry.default;
  const offline = isOffline ? { offline: true, preferOnline: false } : {};
  const windowMs = config.isDefault("fetch-timeout") ? PATIENCE_MS : Number(timeout);
  const settings = { ...others, ...offline, cache: String(cache), registry: String(registry), publicRegistry };
  const agent = new RegistryAgent(settings, env, windowMs);
  // The agent ends what is too slow; npm's own end, which counts from the start and is tried again, is only behind it.
  return { ...settings, agent, timeout: windowMs * 2, retry: RETRY, progress: false, silent: true };
}
