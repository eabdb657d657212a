import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, MachineError, messageOf } from "./errors.js";

/** Whose API a git host has. Forgejo's is Gitea's; `none` is a host of which only repositories are used. */
export type GitHostKind = (typeof GIT_HOST_KINDS)[number];

/** What a user or an administrator set for all commands. */
export interface Settings {
  /** Where repositories of a git host are fetched from instead: host name → base address, which ends with `/`. */
  readonly gitMirrors: ReadonlyMap<string, string>;
  /** Where the API of a git host is asked instead: host name → base address, which ends with `/` and stands for `https://api.github.com/`, say. */
  readonly gitApiMirrors: ReadonlyMap<string, string>;
  /** Whose API a git host has: host name → kind. */
  readonly gitHosts: ReadonlyMap<string, GitHostKind>;
  /** Whether drivers come from caches alone. Default: false. */
  readonly offline?: boolean;
  /** The driver of `create` without `-d`, a name or a source. */
  readonly driver?: string;
  /** Where the official index of drivers is fetched from, if not from its own place. */
  readonly indexAddress?: string;
}

/** Where {@link loadSettings} looks. */
export interface SettingsPlaces {
  /** The folder of `settings.json`. */
  readonly configDirectory: string;
  readonly env: NodeJS.ProcessEnv;
}

const OFFLINE_VARIABLE = "MACHINE_OFFLINE";
const INDEX_VARIABLE = "MACHINE_INDEX_ADDRESS";
/** As switches of the command line have them in their variables. */
const TRUE = ["1", "t", "T", "true", "TRUE", "True"];
const FALSE = ["", "0", "f", "F", "false", "FALSE", "False"];
const GIT_HOST_KINDS = ["github", "gitlab", "gitea", "bitbucket", "none"] as const;
const HOST_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?$/i;

/** A setting that says something of hosts, one by one. */
interface HostSetting<T> {
  /** Its name in settings.json. */
  readonly key: string;
  readonly variable: string;
  readonly example: readonly [host: string, value: string];
  /** @throws {Error} what is wrong with the value, as a sentence without its end */
  readonly parse: (value: unknown, host: string) => T;
}

const GIT_MIRRORS: HostSetting<string> = {
  key: "gitMirrors",
  variable: "MACHINE_GIT_MIRRORS",
  example: ["github.com", "https://git.example.com/github/"],
  parse: (base, host) => parseBase(base, host, ["https:", "http:", "ssh:", "file:"]),
};
const API_MIRRORS: HostSetting<string> = {
  key: "gitApiMirrors",
  variable: "MACHINE_GIT_API_MIRRORS",
  example: ["github.com", "https://git.example.com/github-api/"],
  parse: (base, host) => parseBase(base, host, ["https:", "http:"]),
};
const GIT_HOSTS: HostSetting<GitHostKind> = {
  key: "gitHosts",
  variable: "MACHINE_GIT_HOSTS",
  example: ["git.example.com", "gitlab"],
  parse: parseKind,
};

/**
 * Reads `settings.json` and the environment. What the environment says of a host comes before what the file says. A missing file means no settings.
 *
 * @throws {MachineError} `SETTINGS_INVALID`
 */
export async function loadSettings({ configDirectory, env }: SettingsPlaces): Promise<Settings> {
  const path = join(configDirectory, "settings.json");
  const text = await readIfThere(path);
  const file = text === undefined ? {} : parseSettingsFile(text, path);
  const read = <T>(setting: HostSetting<T>) =>
    new Map([...fromFile(setting, file, path), ...fromVariable(setting, env[setting.variable] ?? "")]);
  const variable = env[OFFLINE_VARIABLE] || undefined;
  const offline =
    variable === undefined ? readOffline(file.offline, `"offline" in ${path}`) : readOffline(variable, `$${OFFLINE_VARIABLE}`);
  const indexAddress =
    readIndexAddress(env[INDEX_VARIABLE] || undefined, `$${INDEX_VARIABLE}`) ??
    readIndexAddress(file.indexAddress, `"indexAddress" in ${path}`);
  const driver = readDriver(file.driver, `"driver" in ${path}`);
  return {
    gitMirrors: read(GIT_MIRRORS),
    gitApiMirrors: read(API_MIRRORS),
    gitHosts: read(GIT_HOSTS),
    ...(offline ? { offline } : {}),
    ...(indexAddress === undefined ? {} : { indexAddress }),
    ...(driver === undefined ? {} : { driver }),
  };
}

/** The index is signed, so its address may do without encryption, as in a closed network. */
function readIndexAddress(value: unknown, origin: string): string | undefined {
  if (value === undefined) return undefined;
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url.href;
  throw new MachineError("SETTINGS_INVALID", `${origin} is not an http or https address without a user name and password.`, {
    suggestions: [
      "Write it like this: https://git.example.com/mirror/index/drivers.json (its signature is fetched from the same address with .sig behind)",
    ],
  });
}

function readDriver(value: unknown, origin: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new MachineError("SETTINGS_INVALID", `${origin} is ${JSON.stringify(value)}, but it must be a driver's name or source.`, {
    suggestions: ['Write it like this: { "driver": "qemu" }'],
  });
}

function readOffline(value: unknown, origin: string): boolean {
  if (value === true || TRUE.includes(String(value))) return true;
  if (value === false || value === undefined || FALSE.includes(String(value))) return false;
  throw new MachineError("SETTINGS_INVALID", `${origin} is ${JSON.stringify(value)}, but it must be true or false.`);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw new MachineError("SETTINGS_INVALID", `The settings file ${path} can't be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Unknown settings are left for later versions. */
function parseSettingsFile(text: string, path: string): Record<string, unknown> {
  const settings = parseJson(text, path);
  if (!isObject(settings)) throw invalidFile(path, "it is not a JSON object");
  return settings;
}

function fromFile<T>(setting: HostSetting<T>, file: Record<string, unknown>, path: string): [string, T][] {
  const hosts = file[setting.key] ?? {};
  if (!isObject(hosts)) throw invalidFile(path, `"${setting.key}" is not an object`);
  return Object.entries(hosts).map(([host, value]) => parseHost(setting, host, value, `"${setting.key}" in ${path}`));
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidFile(path, `it is not JSON (${messageOf(error)})`);
  }
}

/** The form of an environment variable: `github.com=http://127.0.0.1:1234,gitlab.com=…`. */
function fromVariable<T>(setting: HostSetting<T>, text: string): [string, T][] {
  const items = text.split(",").map((item) => item.trim());
  return items
    .filter((item) => item !== "")
    .map((item) => {
      const at = item.indexOf("=");
      const [host, value] = at < 0 ? [item, ""] : [item.slice(0, at).trim(), item.slice(at + 1).trim()];
      return parseHost(setting, host, value, `$${setting.variable}`);
    });
}

function parseHost<T>(setting: HostSetting<T>, host: string, value: unknown, origin: string): [string, T] {
  try {
    if (!HOST_NAME.test(host)) throw new Error(`${JSON.stringify(host)} is not a host name`);
    return [host.toLowerCase(), setting.parse(value, host)];
  } catch (error) {
    throw invalidSetting(setting, origin, messageOf(error));
  }
}

function parseBase(base: unknown, host: string, protocols: readonly string[]): string {
  if (typeof base !== "string" || !URL.canParse(base)) throw new Error(`the base address for ${host} is not an address`);
  const url = new URL(base);
  if (!protocols.includes(url.protocol)) throw new Error(`the base address for ${host} starts with ${url.protocol}`);
  if (url.password !== "" || (url.username !== "" && url.protocol !== "ssh:")) {
    throw new Error(`the base address for ${host} holds a user name or password; git's credential helpers are the place for it`);
  }
  if (url.search !== "" || url.hash !== "") throw new Error(`the base address for ${host} has a "?" or "#" part`);
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

function parseKind(kind: unknown, host: string): GitHostKind {
  const known = GIT_HOST_KINDS.find((each) => each === kind);
  if (known === undefined) throw new Error(`${host} is said to be ${JSON.stringify(kind)}, but it can be ${GIT_HOST_KINDS.join(", ")}`);
  return known;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalidFile(path: string, problem: string): MachineError {
  return new MachineError("SETTINGS_INVALID", `The settings file ${path} is not valid: ${problem}.`, {
    suggestions: [`Write it like this: ${inFile(GIT_MIRRORS)}`],
  });
}

function invalidSetting<T>(setting: HostSetting<T>, origin: string, problem: string): MachineError {
  return new MachineError("SETTINGS_INVALID", `What ${origin} says is not valid: ${problem}.`, {
    suggestions: [`In settings.json: ${inFile(setting)}`, `In the environment: ${setting.variable}=${setting.example.join("=")}`],
  });
}

function inFile<T>({ key, example: [host, value] }: HostSetting<T>): string {
  return `{ "${key}": { "${host}": "${value}" } }`;
}
