import { isDriverName } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { isShippedName } from "./shipped.js";

/** The package every driver is written against. */
export const SDK_PACKAGE = "@docker-machine/driver-sdk";

/** What docker-machine needs of a driver's package.json, checked. */
export interface DriverManifest {
  /** The package's name. */
  readonly package: string;
  readonly version: string;
  /** `dockerMachine.driver`: the name for `-d`. */
  readonly driver: string;
  /** The SDK versions it works with: `peerDependencies["@docker-machine/driver-sdk"]`. */
  readonly sdkRange: string;
  /** `dockerMachine.testedUpTo`: the newest SDK that its author has tried. */
  readonly testedUpTo?: string;
  /** The file to import, relative to the package. */
  readonly entry: string;
}

/** What goes wrong reading a manifest is told with the source it came from. */
export interface ManifestOrigin {
  /** The canonical source, for messages. */
  readonly source: string;
}

const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const TESTED_UP_TO = /^\d+(?:\.\d+){0,2}$/;
const CONDITIONS = ["module-sync", "node", "import", "default"];

/**
 * Parses the text of a package.json.
 *
 * @throws {MachineError} `DRIVER_MANIFEST_INVALID` if it isn't a JSON object
 */
export function parseManifestText(text: string, origin: ManifestOrigin): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw invalid(origin, `its package.json is not JSON (${error instanceof Error ? error.message : "unreadable"})`);
  }
}

/** Whether a package.json, unchecked otherwise, says that it is a driver's. */
export function isDriverManifest(content: unknown): boolean {
  return isObject(content) && isObject(content.dockerMachine);
}

/**
 * Checks a package.json as a driver's, before anything else of the package is used.
 *
 * @throws {MachineError} `DRIVER_MANIFEST_INVALID`, `DRIVER_NOT_A_DRIVER`, `DRIVER_NAME_RESERVED`, `DRIVER_BUNDLES_SDK`
 */
export function readManifest(content: unknown, origin: ManifestOrigin): DriverManifest {
  if (!isObject(content)) throw invalid(origin, "its package.json is not an object");
  const field = content.dockerMachine;
  if (!isObject(field) || field.driver === undefined) throw notADriver(content, origin);
  const driver = field.driver;
  if (!isDriverName(driver)) {
    throw invalid(
      origin,
      `dockerMachine.driver is ${show(driver)}, but a driver's name is lower case letters, digits and dashes, starting with a letter`,
    );
  }
  if (isShippedName(driver)) throw reserved(driver, origin);
  const { name, version } = content;
  if (typeof name !== "string" || name === "") throw invalid(origin, `its package.json has the name ${show(name)}`);
  if (typeof version !== "string" || !VERSION.test(version) || version.length > 100)
    throw invalid(origin, `its package.json has the version ${show(version)}`);
  refuseBundledSdk(content, driver, origin);
  const { testedUpTo } = field;
  return {
    package: name,
    version,
    driver,
    sdkRange: sdkRangeOf(content, origin),
    entry: entryOf(content, origin),
    ...(typeof testedUpTo === "string" && TESTED_UP_TO.test(testedUpTo) ? { testedUpTo } : {}),
  };
}

function sdkRangeOf(content: Record<string, unknown>, origin: ManifestOrigin): string {
  const peers = content.peerDependencies;
  const range = isObject(peers) ? peers[SDK_PACKAGE] : undefined;
  if (typeof range === "string" && range.trim() !== "") return range;
  throw invalid(origin, `its package.json does not say which versions of ${SDK_PACKAGE} it works with`, [
    `For its author: add "peerDependencies": { "${SDK_PACKAGE}": "^1.0.0" }`,
  ]);
}

function refuseBundledSdk(content: Record<string, unknown>, driver: string, origin: ManifestOrigin): void {
  const has = ["dependencies", "optionalDependencies"].some(
    (field) => isObject(content[field]) && Object.hasOwn(content[field], SDK_PACKAGE),
  );
  if (has) throw bundlesSdk(driver, origin);
}

/** The error for a driver that would bring its own copy of the SDK. */
export function bundlesSdk(driver: string, origin: ManifestOrigin): MachineError {
  return new MachineError(
    "DRIVER_BUNDLES_SDK",
    `The driver "${driver}" (${origin.source}) brings its own copy of ${SDK_PACKAGE}; it must use docker-machine's.`,
    {
      suggestions: [`For its author: list ${SDK_PACKAGE} in peerDependencies and devDependencies only.`],
    },
  );
}

/** The file that `import` of the package would load, by the `exports` or `main` of its package.json, as Node finds it. */
function entryOf(content: Record<string, unknown>, origin: ManifestOrigin): string {
  const { exports, main } = content;
  const isMap = isObject(exports) && Object.keys(exports).some((key) => key.startsWith("."));
  const entry = exports === undefined || exports === null ? (main ?? "index.js") : matchCondition(isMap ? exports["."] : exports);
  if (typeof entry !== "string" || entry === "")
    throw invalid(origin, 'the "exports" or "main" of its package.json names no file to import');
  const parts = entry.replace(/^\.\//, "").split(/[/\\]/);
  if (/^[/\\]|^[A-Za-z]:/.test(entry) || parts.includes(".."))
    throw invalid(origin, `its package.json names the file ${show(entry)}, which is outside of the package`);
  return parts.join("/");
}

function matchCondition(target: unknown): unknown {
  if (Array.isArray(target)) return matchCondition(target[0]);
  if (!isObject(target)) return target;
  for (const [condition, value] of Object.entries(target)) {
    if (!CONDITIONS.includes(condition)) continue;
    const found = matchCondition(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function notADriver(content: Record<string, unknown>, origin: ManifestOrigin): MachineError {
  const name = typeof content.name === "string" ? `the package ${JSON.stringify(content.name)}` : "a package";
  return new MachineError(
    "DRIVER_NOT_A_DRIVER",
    `${origin.source} is ${name}, but not a docker-machine driver: its package.json has no "dockerMachine" field.`,
    {
      suggestions: ['For a driver\'s author: add "dockerMachine": { "driver": "NAME" } to package.json.'],
    },
  );
}

function reserved(driver: string, origin: ManifestOrigin): MachineError {
  return new MachineError(
    "DRIVER_NAME_RESERVED",
    `${origin.source} calls its driver "${driver}", which is the name of a driver shipped with docker-machine.`,
    {
      suggestions: [`For its author: choose another name, such as "my-${driver}".`],
    },
  );
}

function invalid(origin: ManifestOrigin, problem: string, suggestions: readonly string[] = []): MachineError {
  return new MachineError("DRIVER_MANIFEST_INVALID", `${origin.source} can't be used as a driver: ${problem}.`, {
    suggestions: suggestions.length > 0 ? suggestions : ["Check that this is the right package or repository, or tell its author."],
  });
}

function show(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 100);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
