import { existsSync } from "node:fs";
import { join } from "node:path";
import { folderOf } from "../load.js";
import { missingError } from "../missing.js";
import { type Receipt, type Receipts, withoutPrevious } from "../receipts.js";
import { fittingCommands, unfitDrivers } from "../sdk-change.js";
import { findShipped } from "../shipped.js";
import { describeDamage, treeDamage } from "../tree/installed-tree.js";
import type { Diagnosis, ExamineContext } from "./finding.js";

/** Two receipts for one name, or one for the name of a shipped driver. */
export async function examineNames({ receipts }: ExamineContext): Promise<readonly Diagnosis[]> {
  const byName = Map.groupBy(await receipts.all(), ({ name }) => name);
  return [...byName].flatMap(([name, same]): Diagnosis[] => [
    ...(same.length > 1 ? [namedTwice(name, same, receipts)] : []),
    ...(findShipped(name) === undefined ? [] : [namedLikeShipped(name)]),
  ]);
}

function namedTwice(name: string, same: readonly Receipt[], receipts: Receipts): Diagnosis {
  const [newest, ...others] = same.toSorted((a, b) => (a.installedAt < b.installedAt ? 1 : -1));
  const shown = same.map(({ version, source }) => `${version} from ${source}`).join(" and ");
  return {
    kind: "name-twice",
    subject: name,
    problem: `The driver "${name}" is installed more than once: ${shown}.`,
    repair: `keeps ${newest?.version} from ${newest?.source}, which was installed last`,
    commands: [],
    fix: async () => receipts.write((await receipts.all()).filter((each) => !others.some((other) => isSameReceipt(each, other)))),
  };
}

function isSameReceipt(one: Receipt, other: Receipt): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function namedLikeShipped(name: string): Diagnosis {
  return {
    kind: "name-shipped",
    subject: name,
    problem: `The installed driver "${name}" is not used: docker-machine now ships one of that name.`,
    commands: [`docker-machine driver uninstall --force ${name}`],
  };
}

/** Trees that are missing or damaged, and linked folders that are gone. */
export async function examineTrees({ directory, receipts }: ExamineContext): Promise<readonly Diagnosis[]> {
  const diagnoses: Diagnosis[] = [];
  for (const receipt of await receipts.all()) {
    const problem = receipt.linked ? folderProblem(receipt) : await treeProblem(receipt, directory);
    const before = await previousProblem(receipt, { directory, receipts });
    diagnoses.push(...[problem, before].filter((each) => each !== undefined));
  }
  return diagnoses;
}

function folderProblem({ name, folder }: Receipt): Diagnosis | undefined {
  if (existsSync(join(folder, "package.json"))) return undefined;
  return {
    kind: "folder-missing",
    subject: name,
    problem: `The driver "${name}" is linked to ${folder}, where no package.json is any more.`,
    commands: [`docker-machine driver unlink ${name}`],
  };
}

async function treeProblem(receipt: Receipt, directory: string): Promise<Diagnosis | undefined> {
  const { name, version, source, pinned, treeHash = "" } = receipt;
  const folder = folderOf(receipt, directory);
  const damage = await treeDamage(folder, treeHash);
  if (damage === undefined) return undefined;
  const isGone = !existsSync(folder);
  return {
    kind: isGone ? "tree-missing" : "tree-damaged",
    subject: name,
    problem: isGone
      ? `The files of the driver "${name}" ${version} are missing: ${folder}.`
      : `The driver "${name}" ${version} in ${folder} is damaged: ${describeDamage(damage)}.`,
    // Another version could come from the source by now: who pinned it decides.
    ...(pinned ? {} : { repair: `installs it again from ${source}`, reinstall: source }),
    commands: [`docker-machine driver install ${pinned ? "--pin " : ""}${source}`],
  };
}

async function previousProblem(
  { name, previous }: Receipt,
  { directory, receipts }: Pick<ExamineContext, "directory" | "receipts">,
): Promise<Diagnosis | undefined> {
  if (previous === undefined || previous.linked) return undefined;
  if ((await treeDamage(folderOf(previous, directory), previous.treeHash ?? "")) === undefined) return undefined;
  return {
    kind: "previous-damaged",
    subject: name,
    problem: `The version before of the driver "${name}", ${previous.version}, is damaged or missing: there is no way back to it.`,
    repair: "forgets it",
    commands: [],
    fix: async () => receipts.put(withoutPrevious(await receipts.get(name))),
  };
}

/** Drivers that don't work with this program's SDK. */
export async function examineFit({ receipts, sdk }: ExamineContext): Promise<readonly Diagnosis[]> {
  return (await unfitDrivers(await receipts.all(), sdk)).map((receipt) => ({
    kind: "sdk-unfit",
    subject: receipt.name,
    problem: `The driver "${receipt.name}" ${receipt.version} needs the SDK ${receipt.sdkRange}, but this docker-machine has ${sdk.version}.`,
    commands: fittingCommands([receipt]),
  }));
}

/** Machines whose driver is not there. */
export async function examineUse({ receipts, used }: ExamineContext): Promise<readonly Diagnosis[]> {
  const installed = new Set((await receipts.all()).map(({ name }) => name));
  const gone = used.filter(({ name }) => !installed.has(name) && findShipped(name) === undefined);
  return gone.map(({ name, source, machines }) => ({
    kind: "driver-missing",
    subject: name,
    problem: `The driver "${name}" is not installed, but used by ${machines.join(", ")}.`,
    commands: missingError({ name, source }).suggestions,
  }));
}
