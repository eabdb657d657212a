// npm test [-- unit | integration] [-- arguments for vitest]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILD, LINT, TYPECHECK } from "./checks.ts";
import { runStep, runSteps, type Step, type StepResult } from "./run-step.ts";
import { readTestCounts, type TestCounts } from "./test-counts.ts";

const [first, ...rest] = process.argv.slice(2);
const project = first === "unit" || first === "integration" ? first : undefined;
const vitestArgs = project === undefined ? process.argv.slice(2) : rest;

/** Tests with real hosts boot this image. Only root can make one, so others skip those tests. */
const HOST_IMAGE: Step = { name: "host image", command: ["node", "scripts/build-host-image.mjs"] };
/** Tests with virtual machines boot this one. */
const VM_IMAGE: Step = { name: "image of virtual machines", command: ["node", "scripts/build-vm-image.mjs"] };
/** What tests of EC2 launch. They find it themselves; built here, none of them waits for it. */
const MACHINE_IMAGE: Step = { name: "image of EC2 instances", command: ["node", "scripts/build-ami.mjs"] };
const hasRealHosts = project !== "unit" && process.getuid?.() === 0;

const checks = project === undefined ? await everyCheck() : [...(await runSteps([BUILD])), ...(await buildImages())];
const tests = await runTests();
process.exitCode = summarize(checks, tests);

async function everyCheck(): Promise<readonly StepResult[]> {
  const systemPackages: Step = { name: "system packages", command: ["node", "scripts/install-system-packages.mjs"] };
  return [...(await runSteps([systemPackages, BUILD, TYPECHECK, ...LINT])), ...(await buildImages())];
}

/** All at once: a builder keeps one processor busy. */
async function buildImages(): Promise<readonly StepResult[]> {
  return hasRealHosts ? Promise.all([HOST_IMAGE, VM_IMAGE, MACHINE_IMAGE].map(runStep)) : [];
}

async function runTests(): Promise<TestCounts> {
  // Vitest has been seen to take packages' modules from there as they were before they were built again.
  rmSync(join("node_modules", ".vitest-cache"), { recursive: true, force: true });
  const directory = mkdtempSync(join(tmpdir(), "docker-machine-tests-"));
  const countsFile = join(directory, "counts.json");
  process.env.TEST_COUNTS_FILE = countsFile;
  if (hasPassed(HOST_IMAGE)) process.env.NSPAWN_IMAGE = pathPrintedBy(HOST_IMAGE);
  if (hasPassed(VM_IMAGE)) process.env.VM_IMAGE = pathPrintedBy(VM_IMAGE);
  try {
    const projects = project === undefined ? [] : ["--project", project];
    const reporters = ["--reporter", "default", "--reporter", "./scripts/counts-reporter.ts"];
    const run = await runStep({ name: "tests", command: ["vitest", "run", ...projects, ...reporters, ...vitestArgs] });
    return readTestCounts(countsFile, run.passed);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function hasPassed(step: Step): boolean {
  return checks.some(({ name, passed }) => passed && name === step.name);
}

function pathPrintedBy({ command: [file, ...args] }: Step): string {
  return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

/** Prints the last lines, and returns the exit code. */
function summarize(results: readonly StepResult[], { passed, failures, skips }: TestCounts): number {
  const failed = [...results.filter((result) => !result.passed).map((result) => result.name), ...failures];
  console.log("");
  for (const { name, reason } of skips) console.log(`skipped: ${name}: ${reason}`);
  for (const name of failed) console.log(`failed: ${name}`);
  const passedCount = results.filter((result) => result.passed).length + passed;
  console.log(`${passedCount} passed, ${failed.length} failed, ${skips.length} skipped`);
  return failed.length === 0 ? 0 : 1;
}
