import { describe, expect, it } from "vitest";
import type { ListedMachine } from "../../src/machines/list-machines.js";
import type { EngineOptions, SwarmOptions } from "../../src/store/machine-config.js";
import { matchesFilter, matchesName, parseFilters, unknownStates } from "../../src/terminal/machine-filter.js";

const plain: ListedMachine = { name: "plain", driverName: "none", status: "Running", url: "", error: "", responseMs: 0 };
const master = { ...plain, name: "Master", swarmOptions: { Master: true, Discovery: "token://1" } as SwarmOptions };
const agent = { ...plain, name: "agent", swarmOptions: { Master: false, Discovery: "token://1" } as SwarmOptions };
const labelled = { ...plain, name: "labelled", engineOptions: { Labels: ["app=Web", "on"] } as unknown as EngineOptions };
const nil = { ...plain, name: "nil", engineOptions: { Labels: null } as unknown as EngineOptions };
const stopped: ListedMachine = { ...plain, name: "stopped", driverName: "Generic", status: "Stopped" };
const all: readonly ListedMachine[] = [plain, master, agent, labelled, nil, stopped];

const found = (...texts: string[]) => all.filter((machine) => matchesFilter(parseFilters(texts), machine, all)).map(({ name }) => name);

describe("the filters of ls", () => {
  it.each([
    [["driver=generic"], ["stopped"]],
    [["state=STOPPED"], ["stopped"]],
    [["STATE=stopped"], ["stopped"]],
    [["name=^(a|p)"], ["plain", "agent"]],
    [
      ["name=plain", "name=nil"],
      ["plain", "nil"],
    ],
    [["name=plain", "state=stopped"], []],
    [["swarm=master"], ["Master", "agent"]],
    [["label=app=web"], ["labelled"]],
    [["label=app"], ["labelled"]],
    [["label=on"], ["labelled"]],
    [["label=app="], []],
    [["label=App=Web"], []],
    [["label="], []],
  ])("%j finds %j", (texts, names) => {
    expect(found(...texts)).toEqual(names);
  });

  it("of names are judged before a machine is asked", () => {
    expect(matchesName(parseFilters(["name=^a"]), "agent")).toBe(true);
    expect(matchesName(parseFilters(["name=^a"]), "plain")).toBe(false);
    expect(matchesName(parseFilters(["state=running"]), "plain")).toBe(true);
  });

  it.each(["", "x", "=", "=x", "nmae=x", "name =x", "name=(", "name=*"])("refuse %j, and say which keys there are", (text) => {
    expect(() => parseFilters([text])).toThrow(
      expect.objectContaining({ code: "FILTER_INVALID", suggestions: [expect.stringContaining("driver, swarm, state, name, label")] }),
    );
  });

  it("tell states that no machine can be in", () => {
    expect(unknownStates(parseFilters(["state=runing", "state=running"]))).toEqual(["runing"]);
  });
});
