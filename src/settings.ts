import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, MachineError, messageOf } from "./errors.js";

/** What a user or an administrator set for all commands. */
export interface Settings {
  /** Where repositories of a git host are fetched from instead: host name → base address, which ends with `/`. */
  readonly gitMirrors: ReadonlyMap<string, string>;
}

/** Where {@link loadSettings} looks. */
export interface SettingsPlaces {
  /** The folder of `settings.json`. */
  readonly configDirectory: string;
  readonly env: NodeJS.ProcessEnv;
}

const MIRRORS_VARIABLE = "MACHINE_GIT_MIRRORS";
const MIRROR_PROTOCOLS = ["https:", "http:", "ssh:", "file:"];
const EXAMPLE = '{ "gitMirrors": { "github.com": "https://git.example.com/github/" } }';

/**
 * Reads `settings.json` and the environment. The environment's mirrors come before the file's, host by host. A missing file means no settings.
 *
 * @throws {MachineError} `SETTINGS_INVALID`
 */
export async function loadSettings({ configDirectory, env }: SettingsPlaces): Promise<Settings> {
  const path = join(configDirectory, "settings.json");
  const text = await readIfThere(path);
  const fromFile = text === undefined ? new Map<string, string>() : parseSettingsFile(text, path);
  return { gitMirrors: new Map([...fromFile, ...parseMirrorList(env[MIRRORS_VARIABLE] ?? "")]) };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw new MachineError("SETTINGS_INVALID", `The settings file ${path} can't be read: ${messageOf(error)}`, { cause: error });
  }
}

/** `gitMirrors` of a settings file. Unknown settings are left for later versions. */
function parseSettingsFile(text: string, path: string): Map<string, string> {
  const settings = parseJson(text, path);
  if (!isObject(settings)) throw invalidFile(path, "it is not a JSON object");
  const mirrors = settings.gitMirrors ?? {};
  if (!isObject(mirrors)) throw invalidFile(path, '"gitMirrors" is not an object');
  return new Map(Object.entries(mirrors).map(([host, base]) => parseMirror(host, base, `"gitMirrors" in ${path}`)));
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidFile(path, `it is not JSON (${messageOf(error)})`);
  }
}

/** The form of the environment variable: `github.com=http://127.0.0.1:1234,gitlab.com=…`. */
function parseMirrorList(text: string): [string, string][] {
  const items = text.split(",").map((item) => item.trim());
  return items.filter((item) => item !== "").map(parseMirrorItem);
}

function parseMirrorItem(item: string): [string, string] {
  const at = item.indexOf("=");
  return parseMirror(at < 0 ? item : item.slice(0, at).trim(), at < 0 ? "" : item.slice(at + 1).trim(), `$${MIRRORS_VARIABLE}`);
}

function parseMirror(host: string, base: unknown, origin: string): [string, string] {
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?$/i.test(host)) throw invalidMirror(origin, `${JSON.stringify(host)} is not a host name`);
  if (typeof base !== "string" || !URL.canParse(base)) throw invalidMirror(origin, `the base address for ${host} is not an address`);
  const url = new URL(base);
  if (!MIRROR_PROTOCOLS.includes(url.protocol)) throw invalidMirror(origin, `the base address for ${host} starts with ${url.protocol}`);
  if (url.password !== "" || (url.username !== "" && url.protocol !== "ssh:")) {
    throw invalidMirror(
      origin,
      `the base address for ${host} holds a user name or password; git's credential helpers are the place for it`,
    );
  }
  if (url.search !== "" || url.hash !== "") throw invalidMirror(origin, `the base address for ${host} has a "?" or "#" part`);
  return [host.toLowerCase(), url.href.endsWith("/") ? url.href : `${url.href}/`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalidFile(path: string, problem: string): MachineError {
  return new MachineError("SETTINGS_INVALID", `The settings file ${path} is not valid: ${problem}.`, {
    suggestions: [`Write it like this: ${EXAMPLE}`],
  });
}

function invalidMirror(origin: string, problem: string): MachineError {
  return new MachineError("SETTINGS_INVALID", `The git mirrors of ${origin} are not valid: ${problem}.`, {
    suggestions: [`In settings.json: ${EXAMPLE}`, `In the environment: ${MIRRORS_VARIABLE}=github.com=https://git.example.com/github/`],
  });
}
