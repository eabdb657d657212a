import { expect } from "vitest";
import type { CliResult } from "../support/cli.js";
import type { Deviation } from "./deviations.js";
import type { RecordedCase } from "./recorded-case.js";

/** How long a machine took to answer is no part of what is compared. */
const DURATION = /\b\d+(?:\.\d+)?(?:µs|ms|s)\b/g;

/** Where stderr has more than an error. */
const TALKATIVE = ["n04_create_debug", "e19_rm_f_missing"];

/** A recorded text with the paths and ports of a replay. */
export type OursOf = (recorded: string) => string;

/** stdout byte for byte, the same exit code, and errors in our own clear words. */
export function expectAsRecorded(recorded: RecordedCase, result: CliResult, ours: OursOf): void {
  const steady = (text: string) => (recorded.args.join(" ").includes("ResponseTime") ? text.replace(DURATION, "TIME") : text);
  expect(steady(result.stdout), result.stderr).toBe(steady(ours(recorded.stdout)));
  expect(result.exitCode, result.stderr).toBe(recorded.exitCode);
  expectClearErrors(recorded, result);
}

/** What the deviation says we do instead. */
export function expectDeviation(recorded: RecordedCase, deviation: Deviation, result: CliResult, ours: OursOf): void {
  const arranged = (text: string) => (deviation.inAnyOrder === true ? text.split("\n").sort().join("\n") : text);
  expect(arranged(result.stdout), result.stderr).toBe(arranged(ours(deviation.stdout(recorded.stdout))));
  expect(result.exitCode, result.stderr).toBe(deviation.exitCode ?? recorded.exitCode);
  if (deviation.stderr === "") expect(result.stderr).toBe("");
  else {
    expect(result.stderr).toContain(deviation.stderr);
    expectClearErrors(recorded, result);
  }
}

/** No silent failure, no stack, no message about an error nobody thought of; and each recorded command and flag is known. */
function expectClearErrors({ name }: RecordedCase, { exitCode, stderr }: CliResult): void {
  if (exitCode === 0 && !TALKATIVE.includes(name)) expect(stderr).toBe("");
  if (exitCode !== 0) expect(stderr).toMatch(/^\S.{10,}/);
  expect(stderr).not.toMatch(/\n\s+at |not an error we foresaw|undefined|\[object/);
  if (name !== "c14_create_unknown_flag") expect(stderr).not.toMatch(/is not a command|has no flag/);
}
