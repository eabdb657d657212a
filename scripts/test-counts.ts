import { existsSync, readFileSync } from "node:fs";

/** A test that did not run, and why. */
export interface Skip {
  readonly name: string;
  readonly reason: string;
}

/** How the tests of one run ended. */
export interface TestCounts {
  readonly passed: number;
  /** The names of what failed: tests, files that could not be loaded, errors outside of any test. */
  readonly failures: readonly string[];
  readonly skips: readonly Skip[];
}

/** Reads what the reporter wrote. A run that wrote nothing, or failed without a failed test, counts as one failure. */
export function readTestCounts(path: string, runPassed: boolean): TestCounts {
  if (!existsSync(path)) return { passed: 0, failures: ["the test run ended without a result"], skips: [] };
  const counts: TestCounts = JSON.parse(readFileSync(path, "utf8"));
  if (runPassed || counts.failures.length > 0) return counts;
  return { ...counts, failures: ["the test run failed though no test did"] };
}
