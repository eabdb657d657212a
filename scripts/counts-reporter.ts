import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";
import type { Skip, TestCounts } from "./test-counts.ts";

/** A vitest reporter that writes {@link TestCounts} as JSON to the file that TEST_COUNTS_FILE names. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const path = process.env.TEST_COUNTS_FILE;
    if (path !== undefined) writeFileSync(path, JSON.stringify(countsOf(modules, unhandledErrors)));
  }
}

function countsOf(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): TestCounts {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const failedTests = tests.filter((test) => test.result().state === "failed").map(nameOf);
  const outsideOfTests = unhandledErrors.map((error) => `an error outside of any test: ${error.message}`);
  return {
    passed: tests.filter((test) => test.result().state === "passed").length,
    failures: [...failedTests, ...modules.flatMap(brokenPartsOf), ...outsideOfTests],
    skips: tests.flatMap(skipOf),
  };
}

/** The file, if it could not be loaded, and those of its suites whose hooks failed. */
function brokenPartsOf(module: TestModule): readonly string[] {
  const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  return [...(module.errors().length > 0 ? [fileOf(module)] : []), ...suites.map((suite) => `${fileOf(module)} > ${suite.fullName}`)];
}

/** A test that neither passed nor failed counts as skipped, so that the sum is the number of tests. */
function skipOf(test: TestCase): readonly Skip[] {
  const result = test.result();
  if (result.state === "passed" || result.state === "failed") return [];
  const reason = result.state === "skipped" ? result.note : undefined;
  return [{ name: nameOf(test), reason: reason ?? "no reason given" }];
}

function nameOf(test: TestCase): string {
  return `${fileOf(test.module)} > ${test.fullName}`;
}

function fileOf(module: TestModule): string {
  return relative(process.cwd(), module.moduleId);
}
