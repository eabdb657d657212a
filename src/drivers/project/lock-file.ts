import { readFile } from "node:fs/promises";
import { isDriverName } from "@docker-machine/driver-sdk";
import { hasCode, MachineError, messageOf } from "../../errors.js";
import { writeAtomically } from "../../files/atomic-file.js";
import { type DependencyPins, isDependencyPin, isDependencyPlace } from "../npm/dependency-pins.js";

/** Just which driver a project uses. */
export interface LockedDriver {
  /** The source as it was declared when it was locked. */
  readonly declared: string;
  /** The package's name. Absent for a program. */
  readonly package?: string;
  readonly version: string;
  /** The tag it was found by in its repository, which must stay at the commit. */
  readonly tag?: string;
  readonly commit?: string;
  /** The packed package's hash, as the registry tells it. */
  readonly integrity?: string;
  /** The portable hash of a package's installed tree: see portable-tree.ts. */
  readonly tree?: string;
  /** All packages below a package, by their place in the tree. */
  readonly dependencies?: DependencyPins;
  /** For a program, the portable hashes of its tree by platform (`linux x64`): those on which it was locked. */
  readonly programs?: Readonly<Record<string, string>>;
}

/** The locked drivers of a project, by name. */
export type Lock = ReadonlyMap<string, LockedDriver>;

const FORMAT_VERSION = 1;
const LOCK_MODE = 0o644;
const FIELDS = ["declared", "package", "version", "tag", "commit", "integrity", "tree", "dependencies", "programs"] as const;
const OPTIONAL_FIELDS = ["package", "tag", "commit", "integrity"] as const;
const TREE = /^sha256-[0-9a-f]{64}$/;

/**
 * Reads a lock file.
 *
 * @returns undefined if there is none
 * @throws {MachineError} `LOCK_INVALID`
 */
export async function readLock(path: string): Promise<Lock | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const content = parseJson(text, path);
  const { version, drivers } = isObject(content) ? content : {};
  if (version !== FORMAT_VERSION) throw invalid(path, `its "version" is ${JSON.stringify(version)}, not ${FORMAT_VERSION}`);
  if (!isObject(drivers)) throw invalid(path, 'it has no object "drivers"');
  return new Map(Object.entries(drivers).map(([name, entry]) => [name, readEntry(name, entry, path)]));
}

/** Writes a lock file in one step: sorted, so that a diff shows what changed and nothing else. */
export async function writeLock(path: string, lock: Lock): Promise<void> {
  await writeAtomically(path, formatLock(lock), { mode: LOCK_MODE });
}

/** The text of a lock file. */
export function formatLock(lock: Lock): string {
  const drivers = sorted(Object.fromEntries([...lock].map(([name, entry]) => [name, tidy(entry)])));
  return `${JSON.stringify({ version: FORMAT_VERSION, drivers }, null, 2)}\n`;
}

/** The fields in their fixed order, and what is below them sorted. */
function tidy(entry: LockedDriver): Record<string, unknown> {
  const fields = FIELDS.flatMap((field): [string, unknown][] => {
    const value = entry[field];
    return value === undefined ? [] : [[field, typeof value === "string" ? value : sorted(value)]];
  });
  return Object.fromEntries(fields);
}

function sorted(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readEntry(name: string, entry: unknown, path: string): LockedDriver {
  if (!isDriverName(name)) throw invalid(path, `${JSON.stringify(name)} is not a driver's name`);
  if (!isObject(entry)) throw invalid(path, `the entry of "${name}" is not an object`);
  const wrong = ["declared", "version"].find((field) => typeof entry[field] !== "string");
  if (wrong !== undefined) throw invalid(path, `the entry of "${name}" has no text "${wrong}"`);
  const odd = OPTIONAL_FIELDS.find((field) => !["string", "undefined"].includes(typeof entry[field]));
  if (odd !== undefined) throw invalid(path, `"${odd}" of "${name}" is not a text`);
  const { tree, dependencies, programs } = entry;
  const isTree = (value: unknown) => typeof value === "string" && TREE.test(value);
  if (isObject(programs)) {
    if (!Object.values(programs).every(isTree)) throw invalid(path, `"programs" of "${name}" has something else than a SHA-256`);
    return entry as unknown as LockedDriver;
  }
  if (!isTree(tree)) throw invalid(path, `"tree" of "${name}" is not a SHA-256`);
  if (!isObject(dependencies)) throw invalid(path, `"dependencies" of "${name}" is not an object`);
  const wrongPin = Object.entries(dependencies).find(([place, pin]) => !isDependencyPlace(place) || !isDependencyPin(pin));
  if (wrongPin !== undefined)
    throw invalid(path, `the dependency ${JSON.stringify(wrongPin[0])} of "${name}" has a wrong place or lacks fields`);
  return entry as unknown as LockedDriver;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw invalid(path, messageOf(error));
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (/^<{7} /m.test(text)) throw invalid(path, "it has the marks of a merge conflict");
    throw invalid(path, `it is not JSON (${messageOf(error)})`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(path: string, problem: string): MachineError {
  return new MachineError("LOCK_INVALID", `The locked drivers in ${path} can't be read: ${problem}.`, {
    suggestions: ["Restore the file from version control. After a merge conflict take either side, then: docker-machine driver lock"],
  });
}
