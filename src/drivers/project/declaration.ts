import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isDriverName } from "@docker-machine/driver-sdk";
import { hasCode, MachineError, messageOf } from "../../errors.js";
import { isShippedName } from "../shipped.js";
import { type DriverSource, formatSource, parseSource } from "../source/source.js";

/** The file in which a project declares its drivers. */
const DECLARATION_FILE = "docker-machine.drivers.json";
/** The file beside it with the versions that are locked. */
const LOCK_FILE = "docker-machine.drivers.lock.json";
/** Names the file that applies, wherever one stands and whoever owns it. */
const DECLARATION_VARIABLE = "MACHINE_DRIVERS_FILE";

/** A driver that a project declares. */
export interface DeclaredDriver {
  readonly name: string;
  /** As the file has it. */
  readonly text: string;
  readonly source: DriverSource;
}

/** What a project's file declares. */
export interface Declaration {
  /** The file, absolute. */
  readonly path: string;
  /** By name, sorted. */
  readonly drivers: ReadonlyMap<string, DeclaredDriver>;
}

/** Where {@link findDeclaration} looks. */
export interface DeclarationPlaces {
  readonly cwd: string;
  /** Its `HOME`, `SUDO_UID` and {@link DECLARATION_VARIABLE} count. */
  readonly env: NodeJS.ProcessEnv;
  /** The user's number; undefined where the system has none. */
  readonly userId: number | undefined;
}

/** The file that applies, or one that would if it belonged to the user. */
export interface FoundDeclaration {
  readonly path: string;
  /** Whose it is, if it must not be followed: the number of its owner, its folder's, or its lock's. */
  readonly strangerId?: number;
}

const ROOT_ID = 0;
const MAX_BYTES = 256 * 1024;
const EXAMPLE = '{ "drivers": { "nspawn": "github.com/my-org/docker-machine-driver-nspawn@^1" } }';

/**
 * Finds the project's file: in the current folder, or the nearest one above. The search ends with the top folder of a git repository, with the user's home, and before
 * a folder that belongs to another user, since whoever can write there could choose what runs here (as git's `safe.directory`). Root's folders are trusted by all.
 */
export async function findDeclaration({ cwd, env, userId }: DeclarationPlaces): Promise<FoundDeclaration | undefined> {
  const named = env[DECLARATION_VARIABLE] ?? "";
  if (named !== "") return { path: resolve(cwd, named) };
  const trusted = trustedIds(userId, env);
  const home = await realpath(env.HOME || homedir()).catch(() => undefined);
  for (let folder = await realpath(cwd); ; folder = dirname(folder)) {
    const path = join(folder, DECLARATION_FILE);
    const owners = await Promise.all([folder, path, lockPath(path)].map(ownerOf));
    const strangerId = owners.find((owner) => owner !== undefined && trusted?.has(owner) === false);
    if (await isThere(path)) return { path, ...(strangerId === undefined ? {} : { strangerId }) };
    const isLast = strangerId !== undefined || folder === home || folder === dirname(folder);
    if (isLast || (await isThere(join(folder, ".git")))) return undefined;
  }
}

/** As git does: who became root by sudo still trusts what is their own. */
function trustedIds(userId: number | undefined, { SUDO_UID = "" }: NodeJS.ProcessEnv): ReadonlySet<number> | undefined {
  if (userId === undefined) return undefined;
  const sudoer = userId === ROOT_ID && /^\d+$/.test(SUDO_UID) ? [Number(SUDO_UID)] : [];
  return new Set([userId, ROOT_ID, ...sudoer]);
}

async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).uid;
  } catch {
    return undefined;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Where the locked versions of a project are. */
export function lockPath(declarationPath: string): string {
  return join(dirname(declarationPath), LOCK_FILE);
}

/**
 * Reads a project's file.
 *
 * @throws {MachineError} `DECLARATION_INVALID`; `DECLARATION_MISSING` if it isn't there
 */
export async function readDeclaration(path: string): Promise<Declaration> {
  const content = parseJson(await readText(path), path);
  const drivers = isObject(content) ? content.drivers : undefined;
  if (!isObject(drivers)) throw invalid(path, 'it has no object "drivers"');
  const declared = Object.entries(drivers).map(([name, text]) => readDriver(name, text, path));
  return { path, drivers: new Map(declared.sort((a, b) => (a.name < b.name ? -1 : 1)).map((driver) => [driver.name, driver])) };
}

function readDriver(name: string, text: unknown, path: string): DeclaredDriver {
  if (!isDriverName(name)) throw invalid(path, `${JSON.stringify(name)} is not a driver's name`);
  if (isShippedName(name)) throw invalid(path, `"${name}" is a driver that is part of docker-machine`);
  if (typeof text !== "string") throw invalid(path, `the source of "${name}" is not a text`);
  const source = parseSource(text, dirname(path));
  if (source.kind === "name") {
    throw invalid(
      path,
      `the source of "${name}" is the short name ${JSON.stringify(text)}; write where it comes from, for example npm:PACKAGE`,
    );
  }
  if (source.kind === "folder")
    throw invalid(path, `the source of "${name}" is the folder ${formatSource(source)}, which is used as it is and can't be locked`);
  return { name, text: text.trim(), source };
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw invalid(path, `it has ${size} bytes, more than ${MAX_BYTES}`);
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) {
      throw new MachineError("DECLARATION_MISSING", `There is no file ${path}.`, { cause: error, suggestions: [`Write one: ${EXAMPLE}`] });
    }
    throw error instanceof MachineError ? error : invalid(path, messageOf(error));
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw invalid(path, `it is not JSON (${messageOf(error)})`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(path: string, problem: string): MachineError {
  return new MachineError("DECLARATION_INVALID", `The project's drivers in ${path} can't be read: ${problem}.`, {
    suggestions: [`Write them like this: ${EXAMPLE}`],
  });
}

/** For a command that is about the project's drivers, when there is no project. */
export function noDeclaration(cwd: string): MachineError {
  return new MachineError("DECLARATION_MISSING", `There is no ${DECLARATION_FILE} in ${cwd} or above it.`, {
    suggestions: [`Write one: ${EXAMPLE}`, `To name one elsewhere: ${DECLARATION_VARIABLE}=PATH`],
  });
}

/** For a file that another user owns. */
export function strangersDeclaration({ path, strangerId }: FoundDeclaration): MachineError {
  return new MachineError(
    "DECLARATION_NOT_TRUSTED",
    `${path} declares drivers, but it or its folder belongs to another user (number ${strangerId}), who could so choose what runs here.`,
    { suggestions: [`If you trust it: ${DECLARATION_VARIABLE}=${path}`, "Or make it your own: sudo chown"] },
  );
}

/**
 * Holds the name that a driver's package gives it against the declared one.
 *
 * @throws {MachineError} `DECLARATION_INVALID`
 */
export function checkName({ name: found }: { readonly name: string }, { name, text }: DeclaredDriver): void {
  if (found === name) return;
  throw new MachineError("DECLARATION_INVALID", `${text} is declared as the driver "${name}", but its package calls it "${found}".`, {
    suggestions: [`In ${DECLARATION_FILE}: { "drivers": { "${found}": "${text}" } }`],
  });
}
