import { describeInstallation } from "../describe-installation.js";
import { installDriver } from "../install.js";
import type { InstallContext } from "../install-context.js";
import type { Receipt, Receipts } from "../receipts.js";
import { type DriverSource, formatSource, isSameOrigin, parseSource } from "../source/source.js";
import { checkName, type DeclaredDriver } from "./declaration.js";
import { installedProblem, installLocked } from "./install-locked.js";
import type { LockedDriver } from "./lock-file.js";
import { INSTALL_LOCKED, lockMismatch, stillFits } from "./locked-driver.js";
import { declaredFor, lockedFor, type Project, wholeLock } from "./project.js";

/** How a driver of a project is obtained. */
export interface ProjectDriverContext {
  /** The drivers' folder. */
  readonly directory: string;
  readonly receipts: Receipts;
  /** Whether an installed version that is not locked is looked at for a newer one. */
  readonly when: "always" | "unless-present";
  readonly log: InstallContext["log"];
  /** Runs what changes the drivers' folder, under its lock. */
  readonly prepared: <T>(action: (context: InstallContext) => Promise<T>) => Promise<T>;
}

/**
 * The driver that a source means in a project: the locked version, installed if it wasn't. Undefined if the project doesn't declare that driver.
 *
 * @throws {MachineError} `LOCK_MISMATCH` if another version is installed or asked for, `LOCK_OUTDATED`, and as an installation
 */
export async function projectDriver(source: DriverSource, project: Project, context: ProjectDriverContext): Promise<Receipt | undefined> {
  const declared = declaredFor(project, source);
  if (declared === undefined) return undefined;
  context.log.debug(`The driver "${declared.name}" is declared in ${project.declaration.path}.`);
  if (project.lock === undefined) return unlockedDriver(declared, project, context);
  const locked = lockedFor(project, declared);
  await refuseOther(source, declared, { project, locked });
  const present = await context.receipts.find(declared.name);
  if (present === undefined) return bringLocked(declared, locked, { project, context });
  const problem = await installedProblem(present, locked, context.directory);
  if (problem === undefined) return present;
  throw lockMismatch(declared.name, project.lockPath, problem, [INSTALL_LOCKED]);
}

/** Who spells out a version gets it, or an error, but no other one. */
async function refuseOther(
  source: DriverSource,
  declared: DeclaredDriver,
  { project, locked }: { readonly project: Project; readonly locked: LockedDriver },
): Promise<void> {
  const hasVersion = (source.kind === "npm" && source.range !== undefined) || (source.kind === "git" && source.ref !== undefined);
  if (!hasVersion || (await stillFits(source, declared.source, locked))) return;
  const problem = `${formatSource(source)} asks for another version than ${locked.version}`;
  throw lockMismatch(declared.name, project.lockPath, problem, [
    `Use the locked one: -d ${declared.name}`,
    `Or change ${project.declaration.path}, then: docker-machine driver lock`,
  ]);
}

async function bringLocked(
  declared: DeclaredDriver,
  locked: LockedDriver,
  { project, context }: { readonly project: Project; readonly context: ProjectDriverContext },
): Promise<Receipt> {
  return context.prepared(async (install) => {
    const receipt = await installLocked({ declared, locked, lockPath: project.lockPath }, install);
    context.log.info(`${describeInstallation(receipt)} It is the version locked in ${project.lockPath}.`);
    return receipt;
  });
}

async function unlockedDriver(declared: DeclaredDriver, project: Project, context: ProjectDriverContext): Promise<Receipt> {
  context.log.warn(
    `The drivers in ${project.declaration.path} are not locked, so everybody may get another version. To lock them: docker-machine driver lock`,
  );
  const present = await context.receipts.find(declared.name);
  if (context.when === "unless-present" && present !== undefined && (await isDeclared(present, declared))) return present;
  return context.prepared(async (install) => {
    const { receipt } = await installDriver(declared.source, install);
    checkName(receipt, declared);
    context.log.info(describeInstallation(receipt));
    return receipt;
  });
}

async function isDeclared(receipt: Receipt, { source, text }: DeclaredDriver): Promise<boolean> {
  const was = parseSource(receipt.source, "/");
  if (receipt.linked || !isSameOrigin(was, source)) return false;
  return stillFits(source, was, { ...receipt, declared: text });
}

/**
 * Installs all that a project has locked, just so.
 *
 * @throws {MachineError} `LOCK_MISSING`, `LOCK_OUTDATED`, `LOCK_MISMATCH`, and as an installation
 */
export async function installWholeLock(project: Project, context: InstallContext): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  for (const [declared, locked] of wholeLock(project)) {
    const receipt = await installLocked({ declared, locked, lockPath: project.lockPath }, context);
    context.log.info(`The driver "${receipt.name}" ${receipt.version} is installed as it is locked in ${project.lockPath}.`);
    receipts.push(receipt);
  }
  return receipts;
}
