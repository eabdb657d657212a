import { dirname } from "node:path";
import { MachineError } from "../../errors.js";
import type { InstallContext } from "../install-context.js";
import { parseSource } from "../source/source.js";
import type { DeclaredDriver } from "./declaration.js";
import { installToLock } from "./install-locked.js";
import { formatLock, type LockedDriver, writeLock } from "./lock-file.js";
import { exactSource, lockMismatch, platformKey, stillFits } from "./locked-driver.js";
import type { Project } from "./project.js";

/** What becomes of one driver's entry. */
export interface LockChange {
  readonly name: string;
  readonly from?: string;
  /** Absent: it is no longer declared. */
  readonly to?: string;
  readonly kind: "kept" | "added" | "changed" | "removed";
}

/** Which entries are made anew. */
export interface LockWishes {
  /** Names, or all. */
  readonly update: readonly string[] | "all";
}

/**
 * Locks what a project declares: entries that still fit are kept, the others are made by installing the newest version that fits. The lock file is written when all are done.
 *
 * @throws {MachineError} `DRIVER_UNDECLARED`, and as an installation
 */
export async function lockDrivers(project: Project, { update }: LockWishes, context: InstallContext): Promise<readonly LockChange[]> {
  const { declaration, lock, lockPath } = project;
  const unknown = update === "all" ? undefined : update.find((name) => !declaration.drivers.has(name));
  if (unknown !== undefined) throw undeclared(unknown, project);
  const entries = new Map<string, LockedDriver>();
  for (const declared of declaration.drivers.values()) {
    const kept = update === "all" || update.includes(declared.name) ? undefined : await keptEntry(declared, project, context);
    entries.set(declared.name, kept ?? (await installToLock(declared, context)));
  }
  if (lock === undefined || formatLock(lock) !== formatLock(entries)) await writeLock(lockPath, entries);
  const names = [...new Set([...entries.keys(), ...(lock?.keys() ?? [])])].sort();
  return names.map((name) => changeOf(name, lock?.get(name), entries.get(name)));
}

async function keptEntry(
  declared: DeclaredDriver,
  { lock, declaration, lockPath }: Project,
  context: InstallContext,
): Promise<LockedDriver | undefined> {
  const entry = lock?.get(declared.name);
  if (entry === undefined) return undefined;
  const was = parseSource(entry.declared, dirname(declaration.path));
  if (!(await stillFits(declared.source, was, entry))) return undefined;
  const kept = { ...entry, declared: declared.text };
  if (entry.programs === undefined || entry.programs[platformKey()] !== undefined) return kept;
  return withThisPlatform(kept, { declared, lockPath }, context);
}

/** A program is another file on each platform: that of this one joins those that are locked, if it is of the very same release. */
async function withThisPlatform(
  entry: LockedDriver,
  { declared, lockPath }: { readonly declared: DeclaredDriver; readonly lockPath: string },
  context: InstallContext,
): Promise<LockedDriver> {
  const found = await installToLock(declared, context, exactSource(declared, entry));
  const isSame = found.version === entry.version && found.tag === entry.tag && found.commit === entry.commit;
  if (isSame) return { ...entry, programs: { ...entry.programs, ...found.programs } };
  throw lockMismatch(declared.name, lockPath, `its release is ${shownVersion(found)}, and ${shownVersion(entry)} is locked`, [
    `docker-machine driver lock --update ${declared.name}`,
  ]);
}

function changeOf(name: string, from: LockedDriver | undefined, to: LockedDriver | undefined): LockChange {
  const versions = {
    ...(from === undefined ? {} : { from: shownVersion(from) }),
    ...(to === undefined ? {} : { to: shownVersion(to) }),
  };
  if (to === undefined) return { name, ...versions, kind: "removed" };
  if (from === undefined) return { name, ...versions, kind: "added" };
  const isSame = formatLock(new Map([[name, from]])) === formatLock(new Map([[name, to]]));
  return { name, ...versions, kind: isSame ? "kept" : "changed" };
}

function shownVersion({ version, commit }: LockedDriver): string {
  return commit === undefined ? version : `${version} (commit ${commit.slice(0, 12)})`;
}

function undeclared(name: string, { declaration }: Project): MachineError {
  return new MachineError("DRIVER_UNDECLARED", `${declaration.path} declares no driver "${name}".`, {
    suggestions: [`It declares: ${[...declaration.drivers.keys()].join(", ") || "nothing"}.`],
  });
}
