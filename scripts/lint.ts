import { LINT } from "./checks.ts";
import { runSteps } from "./run-step.ts";

const results = await runSteps(LINT);
const failed = results.filter((result) => !result.passed);
if (failed.length > 0) {
  console.log(`\nFailed: ${failed.map((result) => result.name).join(", ")}`);
  process.exitCode = 1;
}
