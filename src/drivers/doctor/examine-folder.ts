import { chmod, readdir, readlink, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { SDK_PACKAGE } from "../manifest.js";
import { ensureSdkLink } from "../sdk-link.js";
import { STAGING, unusedVersions } from "../sweep.js";
import type { Diagnosis, ExamineContext } from "./finding.js";

/** Bits that let others than the owner write. */
const OTHERS_WRITE = 0o022;
const OWNER_ONLY = 0o700;

/** Who can write into the drivers' folder runs code as its owner. */
export async function examinePermissions({ directory }: ExamineContext): Promise<readonly Diagnosis[]> {
  if (process.platform === "win32") return [];
  const { mode, uid } = await stat(directory);
  const own = process.getuid?.() ?? uid;
  if (uid !== own && own !== 0) {
    const problem = `The drivers' folder ${directory} belongs to another user (${uid}), who can change what runs as you.`;
    return [{ kind: "permissions", subject: directory, problem, commands: [`sudo chown -R ${own} ${quoted(directory)}`] }];
  }
  if ((mode & OTHERS_WRITE) === 0) return [];
  return [
    {
      kind: "permissions",
      subject: directory,
      problem: `Others may write into the drivers' folder ${directory}, and so change what runs as you.`,
      repair: "leaves it to you alone",
      commands: [`chmod 700 ${quoted(directory)}`],
      fix: () => chmod(directory, OWNER_ONLY),
    },
  ];
}

/** What installations and writers left when they were killed. The caller holds the lock: nobody else is at it. */
export async function examineUnfinished({ directory }: ExamineContext): Promise<readonly Diagnosis[]> {
  const staged = (await readdir(join(directory, STAGING)).catch(() => [])).map((name) => join(STAGING, name));
  const beside = (await readdir(directory)).filter((name) => /\.\d+-\d+\.(tmp|removed)$/.test(name));
  return [...staged, ...beside].map((name) => ({
    kind: "unfinished",
    subject: join(directory, name),
    problem: `${join(directory, name)} was left behind by a command that was killed.`,
    repair: "removes it",
    commands: [],
    fix: () => rm(join(directory, name), { recursive: true, force: true }),
  }));
}

/** Drivers find the SDK through this link. */
export async function examineSdkLink({ directory, sdk, receipts }: ExamineContext): Promise<readonly Diagnosis[]> {
  if ((await receipts.all()).length === 0) return [];
  const link = join(directory, "node_modules", ...SDK_PACKAGE.split("/"));
  const target = await readlink(link).catch(() => undefined);
  if (target === sdk.directory) return [];
  return [
    {
      kind: "sdk-link",
      subject: link,
      problem: `${link}, through which drivers find docker-machine's SDK, ${target === undefined ? "is missing or is no link" : `leads to ${target}`}.`,
      repair: `leads it to ${sdk.directory}`,
      commands: [],
      fix: () => ensureSdkLink(directory, sdk),
    },
  ];
}

/** Versions that no receipt names are not installed. */
export async function examineUnusedTrees({ directory, receipts }: ExamineContext): Promise<readonly Diagnosis[]> {
  return (await unusedVersions(directory, receipts)).map((folder) => ({
    kind: "tree-unknown",
    subject: folder,
    problem: `${folder} belongs to no installed driver.`,
    repair: "removes it",
    commands: [],
    fix: () => rm(folder, { recursive: true, force: true }),
  }));
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
