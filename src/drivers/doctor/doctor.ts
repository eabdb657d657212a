import { existsSync } from "node:fs";
import { DriverError } from "@docker-machine/driver-sdk";
import { hasCode, messageOf } from "../../errors.js";
import { PROGRAM_UPDATE } from "../compatibility.js";
import type { InstallContext } from "../install-context.js";
import type { Receipt, Receipts } from "../receipts.js";
import { versionFolders } from "../sweep.js";
import { examineFit, examineNames, examineTrees, examineUse } from "./examine-drivers.js";
import { examinePermissions, examineSdkLink, examineUnfinished, examineUnusedTrees } from "./examine-folder.js";
import type { Diagnosis, ExamineContext, Finding, UsedDriver } from "./finding.js";
import { copyPath, isOfNewerProgram, rebuildReceipts } from "./rebuild-receipts.js";

/** A finding and what became of it. */
export interface ExaminedFinding extends Finding {
  readonly state: "found" | "fixed" | "left";
  /** Why a repair did not succeed. */
  readonly error?: string;
}

/** What the doctor works with. */
export interface DoctorOptions {
  /** The drivers that machines use. */
  readonly used: readonly UsedDriver[];
  /** Runs under the lock of the drivers' folder. */
  readonly prepared: <T>(action: (context: InstallContext) => Promise<T>) => Promise<T>;
  readonly install: (source: string) => Promise<Receipt>;
}

/** Repairs may bring to light what was hidden: rebuilt receipts name trees that are damaged. */
const ROUNDS = 3;

/** Says what is wrong with the drivers' folder. It changes nothing. */
export async function examine({ used, prepared }: DoctorOptions): Promise<readonly ExaminedFinding[]> {
  const diagnoses = await prepared((context) => diagnose({ ...context, used }));
  return diagnoses.map((each) => ({ ...findingOf(each), state: "found" }));
}

/** Repairs what is wrong with the drivers' folder, and says what was repaired and what is left. */
export async function repair(options: DoctorOptions): Promise<readonly ExaminedFinding[]> {
  const fixed: ExaminedFinding[] = [];
  const errors = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const { used, prepared } = options;
    const diagnoses = await prepared(async (context) => {
      const found = await diagnose({ ...context, used });
      for (const each of found) if (each.fix !== undefined) await attempt(each, each.fix, { fixed, errors });
      return found;
    });
    for (const each of diagnoses) {
      const { reinstall } = each;
      if (reinstall !== undefined && !errors.has(keyOf(each))) await attempt(each, () => options.install(reinstall), { fixed, errors });
    }
    if (!diagnoses.some((each) => each.repair !== undefined && !errors.has(keyOf(each)))) break;
  }
  const left = await options.prepared((context) => diagnose({ ...context, used: options.used }));
  return [...fixed, ...left.map((each): ExaminedFinding => ({ ...findingOf(each), state: "left", ...errorOf(errors.get(keyOf(each))) }))];
}

async function attempt(
  diagnosis: Diagnosis,
  fix: () => Promise<unknown>,
  { fixed, errors }: { readonly fixed: ExaminedFinding[]; readonly errors: Map<string, string> },
): Promise<void> {
  try {
    await fix();
    fixed.push({ ...findingOf(diagnosis), state: "fixed" });
  } catch (error) {
    errors.set(keyOf(diagnosis), messageOf(error));
  }
}

async function diagnose(context: ExamineContext): Promise<readonly Diagnosis[]> {
  const first = [...(await examinePermissions(context)), ...(await examineUnfinished(context)), ...(await examineReceipts(context))];
  // Without receipts nothing else can be judged.
  if (first.some(({ kind }) => kind === "receipts-damaged" || kind === "receipts-lost")) return first;
  const examinations = [examineSdkLink, examineNames, examineTrees, examineUnusedTrees, examineFit, examineUse];
  const found: Diagnosis[] = [];
  for (const each of examinations) found.push(...(await each(context)));
  return [...first, ...found];
}

async function examineReceipts({ directory, receipts }: ExamineContext): Promise<readonly Diagnosis[]> {
  const problem = await receiptsProblem(directory, receipts);
  if (problem === undefined) return [];
  if (await isOfNewerProgram(receipts)) return [{ ...problem, subject: receipts.path, commands: [PROGRAM_UPDATE] }];
  const kept = problem.kind === "receipts-lost" ? "" : `, and keeps the damaged file as ${copyPath(receipts)}`;
  return [
    {
      ...problem,
      subject: receipts.path,
      repair: `makes it anew from the trees${kept}; what was pinned or linked may have to be so again`,
      commands: [],
      fix: () => rebuildReceipts(directory, receipts),
    },
  ];
}

async function receiptsProblem(
  directory: string,
  receipts: Receipts,
): Promise<{ readonly kind: "receipts-lost" | "receipts-damaged"; readonly problem: string } | undefined> {
  try {
    await receipts.all();
  } catch (error) {
    if (!(error instanceof DriverError) || !hasCode(error, "RECEIPTS_INVALID")) throw error;
    return { kind: "receipts-damaged", problem: error.message };
  }
  if (existsSync(receipts.path) || (await versionFolders(directory)).length === 0) return undefined;
  return { kind: "receipts-lost", problem: `The list of installed drivers, ${receipts.path}, is missing, but there are drivers' files.` };
}

function findingOf({ fix: _fix, reinstall: _reinstall, ...finding }: Diagnosis): Finding {
  return finding;
}

function keyOf({ kind, subject }: Finding): string {
  return JSON.stringify([kind, subject]);
}

function errorOf(error: string | undefined): { readonly error?: string } {
  return error === undefined ? {} : { error };
}
