import { dirname } from "node:path";
import { hasCode, MachineError, messageOf } from "../errors.js";
import { completeHostOptions, isOneLine, nullLists, problemWithFields, withNullLists } from "./config-fields.js";
import { formatLikeGo, isDeeperThan, isObject, parseExactNumbers, withExactNumbers } from "./exact-json.js";
import { CONFIG_VERSION, type ConfigOrigin, type MachineConfig, ORIGIN } from "./machine-config.js";
import { migrateConfig, problemWithOlder } from "./migrate-config.js";

type Json = Readonly<Record<string, unknown>>;

/** Writing is recursive, and nothing real comes near it. */
const MAX_LEVELS = 100;

/**
 * The text of a machine's config.json as the Go program writes it, with our fields and unknown ones beside.
 * What was in the file it was read from is in it again, to the last digit.
 */
export function formatConfig(config: MachineConfig): string {
  const { [ORIGIN]: origin } = config;
  if (origin === undefined) return formatLikeGo(config);
  const value = { ...config, HostOptions: withNullLists(config.HostOptions, origin.nullLists) };
  return formatLikeGo(withExactNumbers(value, origin.exactNumbers));
}

/**
 * Reads the text of a config.json. An older version is migrated, here only: the file changes when the machine is next saved.
 *
 * @param path where the text is from
 * @throws {MachineError} `CONFIG_DAMAGED`, or `CONFIG_VERSION_UNSUPPORTED` for a version this program doesn't know
 */
export function parseConfig(name: string, path: string, text: string): MachineConfig {
  const found = parseObject(name, path, text);
  const version = Object.hasOwn(found, "ConfigVersion") ? found.ConfigVersion : 0;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 0) {
    throw damaged(name, path, `its ConfigVersion is ${JSON.stringify(version)?.slice(0, 40)}`);
  }
  if (version > CONFIG_VERSION) throw fromNewer(name, path, version);
  const isOlder = version < CONFIG_VERSION;
  const problem = isOlder ? problemWithOlder(found) : undefined;
  if (problem !== undefined) throw damaged(name, path, problem);
  const config = isOlder ? migrateConfig(found, version, { name, directory: dirname(path) }) : found;
  return checkedConfig(name, path, config, { exactNumbers: parseExactNumbers(text), olderText: isOlder ? text : undefined });
}

function checkedConfig(name: string, path: string, config: Json, source: Omit<ConfigOrigin, "nullLists">): MachineConfig {
  const { ConfigVersion: _version, Driver, DriverName, HostOptions, Name: _name, ...rest } = config;
  const problem = problemWithDriver(Driver, DriverName) ?? problemWithHost(Driver, HostOptions) ?? problemWithOwn(config);
  if (problem !== undefined || !isObject(HostOptions)) throw damaged(name, path, problem ?? "");
  const origin = { ...source, nullLists: nullLists(HostOptions) };
  const isPlain = origin.exactNumbers === undefined && origin.olderText === undefined && origin.nullLists.length === 0;
  return {
    ConfigVersion: CONFIG_VERSION,
    Driver,
    DriverName,
    HostOptions: completeHostOptions(HostOptions, origin.nullLists),
    Name: name,
    ...rest,
    ...(isPlain ? {} : { [ORIGIN]: origin }),
  } as MachineConfig;
}

function problemWithDriver(driver: unknown, driverName: unknown): string | undefined {
  if (typeof driverName !== "string" || driverName === "") return "it names no driver";
  if (!isOneLine(driverName)) return "there are control characters in its driver's name";
  return isObject(driver) ? undefined : "it has no Driver object";
}

function problemWithHost(driver: unknown, host: unknown): string | undefined {
  if (!isObject(host)) return "it has no HostOptions object";
  return isObject(driver) ? problemWithFields(driver, host) : undefined;
}

function problemWithOwn({ DockerMachine: own }: Json): string | undefined {
  if (own === undefined) return undefined;
  const isFine =
    isObject(own) &&
    typeof own.DriverSource === "string" &&
    isOneLine(own.DriverSource) &&
    isObject(own.DriverOptions) &&
    ["creating", "created", "provisioned"].includes(String(own.Progress));
  return isFine ? undefined : "its DockerMachine object, which this program writes, is not as this program writes it";
}

/** What to say when a file of the machine could not be read at all. */
export function unreadable(name: string, path: string, error: unknown): MachineError {
  return damaged(name, path, hasCode(error, "ENOENT") ? "it has no config.json" : messageOf(error), error);
}

/**
 * The object that a JSON text of a machine's folder holds.
 *
 * @throws {MachineError} `CONFIG_DAMAGED`
 */
export function parseObject(name: string, path: string, text: string): Json {
  if (text.trim() === "") throw damaged(name, path, "the file is empty");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(name, path, `the file is not valid JSON: ${withoutExcerpt(messageOf(error))}`, error);
  }
  if (!isObject(value)) throw damaged(name, path, "the file does not hold an object");
  if (isDeeperThan(value, MAX_LEVELS)) throw damaged(name, path, `it is nested deeper than ${MAX_LEVELS} levels`);
  return value;
}

/** V8 quotes what is around the place, which may be part of a secret. */
function withoutExcerpt(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*is not valid JSON$/s, "").replace(/ in JSON at position/, " at position");
}

function damaged(name: string, path: string, reason: string, cause?: unknown): MachineError {
  return new MachineError("CONFIG_DAMAGED", `The machine "${name}" can't be read: ${reason} (${path}).`, {
    cause,
    suggestions: [`Repair the file, or forget the machine: docker-machine rm --force ${name}`],
  });
}

function fromNewer(name: string, path: string, version: number): MachineError {
  return new MachineError(
    "CONFIG_VERSION_UNSUPPORTED",
    `The machine "${name}" was saved with config version ${version}, but this docker-machine reads up to version ${CONFIG_VERSION} (${path}).`,
    { suggestions: ["Update docker-machine: npm install -g @docker-machine/cli@latest"] },
  );
}
