import { spawn } from "node:child_process";

/** One command of a script, and what it is called on the screen. */
export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** Whether a step ended with exit code 0. */
export interface StepResult {
  readonly name: string;
  readonly passed: boolean;
}

/** Runs a command whose output goes to the screen as it comes, and says what it is, and whether it failed. */
export async function runStep({ name, command }: Step): Promise<StepResult> {
  const startedAt = performance.now();
  console.log(`\n=== ${name}: ${command.join(" ")}`);
  const exitCode = await exitCodeOf(command);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(exitCode === 0 ? `=== ${name}: passed in ${seconds} s` : `=== ${name}: FAILED with exit code ${exitCode} after ${seconds} s`);
  return { name, passed: exitCode === 0 };
}

/** Runs every step, also after one failed. */
export async function runSteps(steps: readonly Step[]): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) results.push(await runStep(step));
  return results;
}

function exitCodeOf([file, ...args]: Step["command"]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
