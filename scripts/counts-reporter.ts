import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, SerializedError, TestModule } from "vitest/node";
import type { Skip, TestCounts } from "./test-counts.ts";

/** A vitest reporter that writes {@link TestCounts} as JSON to the file that TEST_COUNTS_FILE names. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const path = process.env["TEST_COUNTS_FILE"];
    if (path === undefined) return;
    writeFileSync(path, JSON.stringify(countsOf(modules, unhandledErrors)));
  }
}

function countsOf(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): TestCounts {
  let passed = 0;
  const skips: Skip[] = [];
  const failures = unhandledErrors.map((error) => `an error outside of any test: ${error.message}`);
  for (const module of modules) {
    const file = relative(process.cwd(), module.moduleId);
    if (module.errors().length > 0) failures.push(file);
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failures.push(`${file} > ${suite.fullName}`);
    for (const test of module.children.allTests()) {
      const result = test.result();
      const name = `${file} > ${test.fullName}`;
      if (result.state === "passed") passed += 1;
      else if (result.state === "failed") failures.push(name);
      else skips.push({ name, reason: (result.state === "skipped" ? result.note : undefined) ?? "no reason given" });
    }
  }
  return { passed, failures, skips };
}
