import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAsRecorded, expectDeviation } from "./compare-case.js";
import { deviations } from "./deviations.js";
import { readRecording } from "./recorded-case.js";
import { ReplayWorld } from "./replay-world.js";

const recordings = await readRecording("cases");
const cases = recordings.filter(({ name }) => !name.startsWith("g"));
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

it("each deviation is of a recorded case", () => {
  expect(Object.keys(deviations).filter((name) => !recordings.some((recorded) => recorded.name === name))).toEqual([]);
});

describe("as the Go program, byte for byte on stdout, with its exit code", () => {
  it.each(same)("$name", (recorded) => {
    expectAsRecorded(recorded, resultOf(recorded.name), (text) => world.ours(text));
  });
});

describe("otherwise than the Go program, for a reason", () => {
  it.each(deviating)("$name: $reason", ({ deviation, ...recorded }) => {
    expectDeviation(recorded, deviation, resultOf(recorded.name), (text) => world.ours(text));
  });
});
