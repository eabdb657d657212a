import type { DriverState } from "@docker-machine/driver-sdk";
import { FakeMachine } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";

function machineWith(state: DriverState = {}): FakeMachine {
  return new FakeMachine({ options: { labels: ["a"] }, directory: "unused", state });
}

describe("a fake machine", () => {
  test("merges what is persisted, and removes what is undefined", async () => {
    const machine = machineWith({ a: 1, b: 2 });
    await machine.persist({ b: undefined, c: { d: [null, true, "x"] } });
    expect(machine.state).toEqual({ a: 1, c: { d: [null, true, "x"] } });
    expect(machine.savedJson).toBe('{"a":1,"c":{"d":[null,true,"x"]}}');
  });

  test.each([
    ["a date", new Date(0)],
    ["NaN", Number.NaN],
    ["a function", () => undefined],
    ["a nested undefined", { a: undefined }],
    ["a map", new Map()],
    ["a big integer", 1n],
  ])("refuses to persist %s", async (_what, value) => {
    await expect(machineWith().persist({ field: value } as unknown as DriverState)).rejects.toThrow(/"field" is not JSON/);
  });

  test("can be changed by persist only", () => {
    const machine = machineWith({ a: { b: 1 } });
    expect(() => Object.assign(machine.state, { a: 2 })).toThrow(TypeError);
    expect(() => Object.assign(machine.state.a as object, { b: 2 })).toThrow(TypeError);
    expect(() => Object.assign(machine.options, { labels: [] })).toThrow(TypeError);
    expect(() => Object.assign(machine.options.labels as object, ["b"])).toThrow(TypeError);
  });
});
