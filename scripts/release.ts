// npm run release -- --registry URL [patch | minor | major | VERSION | from-package] [flags of lerna version]
//
// Gives every changed package a new version, commits and tags it (lerna version), and publishes what the registry lacks (lerna publish).
// from-package leaves out the first half: it goes on with a release that was interrupted.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { glob } from "node:fs/promises";
import { BUILD, LINT_PACKAGES } from "./checks.ts";
import { runStep, type Step } from "./run-step.ts";

const { registry, versionArgs } = parseArguments(process.argv.slice(2));
const version: Step = { name: "versions", command: ["lerna", "version", ...versionArgs] };
const publish: Step = { name: "publish", command: ["lerna", "publish", "from-package", "--yes", "--registry", registry] };

// Without the daemon that nx, which lerna uses, would leave running.
process.env.NX_DAEMON = "false";
try {
  await release();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function release(): Promise<void> {
  requireCleanTree();
  await removeBuilt();
  await required(BUILD);
  await required(LINT_PACKAGES);
  if (!versionArgs.includes("from-package")) await required(version);
  // Again: the command manifest holds the version.
  await required(BUILD);
  await required(publish).finally(restoreManifests);
}

function parseArguments(args: readonly string[]) {
  const at = args.indexOf("--registry");
  const registry = args[at + 1];
  if (at === -1 || registry === undefined || !URL.canParse(registry)) {
    console.error("Usage: npm run release -- --registry URL [patch | minor | major | VERSION | from-package] [flags of lerna version]");
    process.exit(2);
  }
  return { registry, versionArgs: args.toSpliced(at, 2) };
}

function requireCleanTree(): void {
  const changes = execFileSync("git", ["status", "--porcelain"], { encoding: "utf8" });
  if (changes !== "") throw new Error(`There are changes that are not committed:\n${changes}`);
}

/** A publish that fails leaves the field that lerna adds to each package.json. */
function restoreManifests(): void {
  execFileSync("git", ["checkout", "--quiet", "--", "package.json", "packages/*/package.json"]);
}

/** So that nothing is published whose source is gone. */
async function removeBuilt(): Promise<void> {
  for await (const path of glob(["dist", "packages/*/dist", "packages/*/*.tsbuildinfo"])) rmSync(path, { recursive: true });
}

async function required(step: Step): Promise<void> {
  const { passed } = await runStep(step);
  if (passed) return;
  throw new Error(`${step.name} failed. Once versions are committed, this goes on: npm run release -- --registry ${registry} from-package`);
}
