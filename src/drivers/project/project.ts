import type { Logger } from "@docker-machine/driver-sdk";
import { MachineError } from "../../errors.js";
import { type DriverSource, isSameOrigin } from "../source/source.js";
import {
  type Declaration,
  type DeclaredDriver,
  findDeclaration,
  lockPath,
  noDeclaration,
  readDeclaration,
  strangersDeclaration,
} from "./declaration.js";
import { type Lock, type LockedDriver, readLock } from "./lock-file.js";

/** Where a project is looked for. */
export interface ProjectPlaces {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What a project's files say of its drivers. */
export interface Project {
  readonly declaration: Declaration;
  /** The lock file, whether it is there or not. */
  readonly lockPath: string;
  /** Absent: nothing is locked. */
  readonly lock: Lock | undefined;
}

/**
 * The project of the current folder. One that belongs to another user is not followed, which is said.
 *
 * @throws {MachineError} `DECLARATION_INVALID`, `LOCK_INVALID`
 */
export async function openProject(places: ProjectPlaces, log: Logger): Promise<Project | undefined> {
  const found = await findDeclaration({ ...places, userId: process.getuid?.() });
  if (found === undefined) return undefined;
  if (found.strangerId === undefined) return readProject(found.path);
  const { message, suggestions } = strangersDeclaration(found);
  log.warn(`${message} It is not followed. ${suggestions[0] ?? ""}`);
  return undefined;
}

/**
 * The project of the current folder, for a command that is about it.
 *
 * @throws {MachineError} `DECLARATION_MISSING`, `DECLARATION_NOT_TRUSTED`, and as {@link openProject}
 */
export async function requireProject(places: ProjectPlaces): Promise<Project> {
  const found = await findDeclaration({ ...places, userId: process.getuid?.() });
  if (found === undefined) throw noDeclaration(places.cwd);
  if (found.strangerId !== undefined) throw strangersDeclaration(found);
  return readProject(found.path);
}

async function readProject(path: string): Promise<Project> {
  const locked = lockPath(path);
  return { declaration: await readDeclaration(path), lockPath: locked, lock: await readLock(locked) };
}

/** The declared driver that a source means: by its name, or by where it comes from. */
export function declaredFor({ declaration }: Project, source: DriverSource): DeclaredDriver | undefined {
  if (source.kind === "name") return declaration.drivers.get(source.name);
  return [...declaration.drivers.values()].find((declared) => isSameOrigin(declared.source, source));
}

/**
 * What is locked of a declared driver.
 *
 * @throws {MachineError} `LOCK_OUTDATED`
 */
export function lockedFor({ lock, lockPath: path }: Project, { name, text }: DeclaredDriver): LockedDriver {
  const locked = lock?.get(name);
  if (locked === undefined) throw lockOutdated(path, `it has no entry for "${name}"`);
  if (locked.declared !== text) throw lockOutdated(path, `"${name}" was locked as ${locked.declared}, and is now declared as ${text}`);
  return locked;
}

/**
 * All that is locked, by declared driver.
 *
 * @throws {MachineError} `LOCK_MISSING`, `LOCK_OUTDATED`
 */
export function wholeLock(project: Project): ReadonlyMap<DeclaredDriver, LockedDriver> {
  const { lock, lockPath: path, declaration } = project;
  if (lock === undefined) {
    throw new MachineError("LOCK_MISSING", `The drivers that ${declaration.path} declares are not locked: there is no ${path}.`, {
      suggestions: ["docker-machine driver lock"],
    });
  }
  const extra = [...lock.keys()].find((name) => !declaration.drivers.has(name));
  if (extra !== undefined) throw lockOutdated(path, `"${extra}" is no longer declared`);
  return new Map([...declaration.drivers.values()].map((declared) => [declared, lockedFor(project, declared)]));
}

function lockOutdated(path: string, problem: string): MachineError {
  return new MachineError("LOCK_OUTDATED", `The lock ${path} does not fit what is declared beside it: ${problem}.`, {
    suggestions: ["docker-machine driver lock"],
  });
}
