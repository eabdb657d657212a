import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviations } from "./deviations.js";
import { readRecording } from "./recorded-case.js";
import { ReplayWorld } from "./replay-world.js";

/** How long a machine took to answer is no part of what is compared. */
const DURATION = /\b\d+(?:\.\d+)?(?:µs|ms|s)\b/g;

const cases = (await readRecording("cases")).filter(({ name }) => !name.startsWith("g"));
const same = cases.filter(({ name }) => !Object.hasOwn(deviations, name));
const deviating = cases.flatMap((recorded) => {
  const deviation = deviations[recorded.name];
  return deviation === undefined ? [] : [{ ...recorded, deviation, reason: deviation.reason }];
});

let world: ReplayWorld;
beforeAll(async () => {
  world = await ReplayWorld.play(cases);
});
afterAll(() => world?.[Symbol.asyncDispose]());

function resultOf(name: string) {
  const result = world.results.get(name);
  if (result === undefined) throw new Error(`${name} was not played.`);
  return result;
}

/** Our own words, but always some: no silent failure, no stack, no message about an error nobody thought of. */
function expectClearErrors(name: string) {
  const { exitCode, stderr } = resultOf(name);
  if (exitCode === 0 && name !== "n04_create_debug" && name !== "e19_rm_f_missing") expect(stderr).toBe("");
  if (exitCode !== 0) expect(stderr).toMatch(/^[^\s].{10,}/);
  expect(stderr).not.toMatch(/\n\s+at |not an error we foresaw|undefined|\[object/);
}

it("each deviation is of a recorded case", () => {
  expect(Object.keys(deviations).filter((name) => !cases.some((recorded) => recorded.name === name))).toEqual([]);
});

describe("as the Go program, byte for byte on stdout, with its exit code", () => {
  it.each(same)("$name", ({ name, args, stdout, exitCode }) => {
    const result = resultOf(name);
    const steady = (text: string) => (args.join(" ").includes("ResponseTime") ? text.replace(DURATION, "TIME") : text);
    expect(steady(result.stdout), result.stderr).toBe(steady(world.ours(stdout)));
    expect(result.exitCode, result.stderr).toBe(exitCode);
    expectClearErrors(name);
  });
});

describe("otherwise than the Go program, for a reason", () => {
  it.each(deviating)("$name: $reason", ({ name, stdout, exitCode, deviation }) => {
    const result = resultOf(name);
    expect(result.stdout, result.stderr).toBe(world.ours(deviation.stdout(stdout)));
    expect(result.exitCode, result.stderr).toBe(deviation.exitCode ?? exitCode);
    expect(result.stderr).toContain(deviation.stderr);
    expectClearErrors(name);
  });
});
