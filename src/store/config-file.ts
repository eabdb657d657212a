import { hasCode, MachineError, messageOf } from "../errors.js";
import { CONFIG_VERSION, type MachineConfig } from "./machine-config.js";

/** The text of a machine's config.json, indented as the Go program does it. */
export function formatConfig(config: MachineConfig): string {
  return JSON.stringify(config, null, 4);
}

/**
 * Reads the text of a config.json.
 *
 * @throws {MachineError} `CONFIG_DAMAGED`, or `CONFIG_VERSION_UNSUPPORTED` for a version this program doesn't know
 */
export function parseConfig(name: string, path: string, text: string): MachineConfig {
  const config = parseObject(name, path, text);
  const version = config.ConfigVersion;
  if (typeof version !== "number") throw damaged(name, path, `its ConfigVersion is ${JSON.stringify(version)}`);
  if (version !== CONFIG_VERSION) throw unsupported(name, path, version);
  const problem = problemWith(config);
  if (problem !== undefined) throw damaged(name, path, problem);
  return { ...config, Name: name } as unknown as MachineConfig;
}

/** What to say when config.json could not be read at all. */
export function unreadable(name: string, path: string, error: unknown): MachineError {
  const reason = hasCode(error, "ENOENT") ? "it has no config.json" : messageOf(error);
  return damaged(name, path, reason, error);
}

function parseObject(name: string, path: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(name, path, text.trim() === "" ? "the file is empty" : messageOf(error), error);
  }
  if (!isObject(value)) throw damaged(name, path, "it does not hold an object");
  return value;
}

function problemWith(config: Record<string, unknown>): string | undefined {
  if (typeof config.DriverName !== "string" || config.DriverName === "") return "it names no driver";
  if (!isObject(config.Driver)) return "it has no Driver object";
  const host = config.HostOptions;
  if (!isObject(host)) return "it has no HostOptions object";
  const missing = ["EngineOptions", "SwarmOptions", "AuthOptions"].find((field) => !isObject(host[field]));
  return missing === undefined ? undefined : `its HostOptions have no ${missing} object`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(name: string, path: string, reason: string, cause?: unknown): MachineError {
  return new MachineError("CONFIG_DAMAGED", `The machine "${name}" can't be read: ${reason} (${path}).`, {
    cause,
    suggestions: [`Repair the file, or forget the machine: docker-machine rm --force ${name}`],
  });
}

function unsupported(name: string, path: string, version: number): MachineError {
  const newer = version > CONFIG_VERSION;
  return new MachineError(
    "CONFIG_VERSION_UNSUPPORTED",
    `The machine "${name}" was saved with config version ${version}, but this docker-machine reads version ${CONFIG_VERSION} (${path}).`,
    {
      suggestions: [
        newer
          ? "Update docker-machine: npm install -g @docker-machine/cli@latest"
          : "Run any command of docker-machine 0.16 on it once, which migrates it.",
      ],
    },
  );
}
