import { MachineError } from "../../errors.js";
import type { Candidate } from "../candidate.js";
import { currentPlatform, platformBoundPlaces } from "../npm/dependency-pins.js";
import type { InstalledVersion } from "../receipts.js";
import { type DriverSource, isSameOrigin } from "../source/source.js";
import { recordedFiles } from "../tree/installed-tree.js";
import { portableHash } from "../tree/portable-tree.js";
import type { DeclaredDriver } from "./declaration.js";
import type { LockedDriver } from "./lock-file.js";

/** The command that brings what is locked. */
export const INSTALL_LOCKED = "docker-machine driver install --locked";

/** The source that comes to the locked version and no other. A tag is asked for by its name, so that one that was moved is noticed. */
export function exactSource({ source }: DeclaredDriver, { version, tag, commit }: LockedDriver): DriverSource {
  if (source.kind === "npm") return { ...source, range: version };
  const ref = tag ?? commit;
  return source.kind === "git" && ref !== undefined ? { ...source, ref } : source;
}

/** Whether a locked version is one that a source asks for. `was` is the source it was locked by. */
export async function stillFits(source: DriverSource, was: DriverSource, { version, tag, commit }: LockedDriver): Promise<boolean> {
  if (!isSameOrigin(source, was)) return false;
  const wanted = source.kind === "npm" ? source.range : source.kind === "git" ? source.ref : undefined;
  const before = was.kind === "npm" ? was.range : was.kind === "git" ? was.ref : undefined;
  if (wanted === before) return true;
  // Without a version, a repository means its newest tag.
  if (wanted === undefined) return source.kind !== "git" || tag !== undefined;
  if (wanted === tag || (commit !== undefined && /^[0-9a-f]{7,}$/.test(wanted) && commit.startsWith(wanted))) return true;
  const { default: semver } = await import("semver");
  const tried = source.kind === "git" ? semver.valid(tag) : version;
  return tried !== null && tried !== undefined && semver.validRange(wanted) !== null && semver.satisfies(tried, wanted);
}

/** How a version differs from the locked one, as it completes "differs from what is locked:"; undefined if it doesn't. Its tree is not looked at. */
export function versionProblem(found: Candidate | InstalledVersion, locked: LockedDriver): string | undefined {
  if ("linked" in found && found.linked) return `it is linked to ${found.folder}`;
  const form = locked.programs === undefined ? "package" : "program";
  if (found.version !== locked.version) return difference("version", found.version, locked.version);
  if (found.commit !== locked.commit) return difference(commitOf(found, locked), found.commit, locked.commit);
  if (found.form !== form) return difference("form", found.form, form);
  // A program's file has another hash on each platform: its tree decides.
  if (form === "program") return undefined;
  if (found.package !== locked.package) return difference("package", found.package, locked.package);
  return mayBeSame(found.integrity, locked.integrity) ? undefined : difference("integrity", found.integrity, locked.integrity);
}

function difference(what: string, found: string | undefined, locked: string | undefined): string {
  return `its ${what} is ${found ?? "unknown"}, and ${locked ?? "none"} is locked`;
}

function commitOf({ tag }: Candidate | InstalledVersion, locked: LockedDriver): string {
  return locked.tag !== undefined && tag === locked.tag ? `tag ${tag} was moved: the commit` : "commit";
}

/** A mirror may tell another kind of hash than the registry: then the tree decides. */
function mayBeSame(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  const hashes = (text: string) => new Map(text.split(" ").map((hash) => [hash.slice(0, hash.indexOf("-")), hash]));
  const [left, right] = [hashes(one), hashes(other)];
  return [...left].every(([algorithm, hash]) => !right.has(algorithm) || right.get(algorithm) === hash);
}

/** How a recorded tree differs from the locked one; undefined if it doesn't. */
export async function treeProblem(folder: string, locked: LockedDriver): Promise<string | undefined> {
  const hash = portableHash(await recordedFiles(folder), platformBoundPlaces(locked.dependencies ?? {}));
  const expected = locked.programs === undefined ? locked.tree : locked.programs[platformKey()];
  return hash === expected
    ? undefined
    : `the hash of its files with their dependencies is ${hash}, and ${expected ?? `none for ${platformKey()}`} is locked`;
}

/** How a lock names this platform for programs. */
export function platformKey(): string {
  const { os, cpu } = currentPlatform();
  return `${os} ${cpu}`;
}

/** The refusal of what isn't the locked version. */
export function lockMismatch(name: string, path: string, problem: string, suggestions: readonly string[]): MachineError {
  return new MachineError("LOCK_MISMATCH", `The driver "${name}" differs from what is locked in ${path}: ${problem}.`, {
    suggestions: [...suggestions],
  });
}
