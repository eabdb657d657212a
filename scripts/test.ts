// npm test [-- unit | integration] [-- arguments for vitest]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILD, LINT, TYPECHECK } from "./checks.ts";
import { runStep, runSteps, type Step, type StepResult } from "./run-step.ts";
import { readTestCounts, type TestCounts } from "./test-counts.ts";

const [first, ...rest] = process.argv.slice(2);
const project = first === "unit" || first === "integration" ? first : undefined;
const vitestArgs = project === undefined ? process.argv.slice(2) : rest;

const checks = project === undefined ? await everyCheck() : [await runStep(BUILD)];
const tests = await runTests();
process.exitCode = summarize(checks, tests);

async function everyCheck(): Promise<readonly StepResult[]> {
  const systemPackages: Step = { name: "system packages", command: ["node", "scripts/install-system-packages.mjs"] };
  return runSteps([systemPackages, BUILD, TYPECHECK, ...LINT]);
}

async function runTests(): Promise<TestCounts> {
  const directory = mkdtempSync(join(tmpdir(), "docker-machine-tests-"));
  const countsFile = join(directory, "counts.json");
  process.env.TEST_COUNTS_FILE = countsFile;
  try {
    const projects = project === undefined ? [] : ["--project", project];
    const reporters = ["--reporter", "default", "--reporter", "./scripts/counts-reporter.ts"];
    const run = await runStep({ name: "tests", command: ["vitest", "run", ...projects, ...reporters, ...vitestArgs] });
    return readTestCounts(countsFile, run.passed);
  } finally {
    rmSync(directory, { recursive: true });
  }
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
