import { MachineError } from "../errors.js";
import type { ListedMachine } from "../machines/list-machines.js";

/** The filters of `ls --filter`, by key; several of one key are alternatives, different keys must all match. */
export type MachineFilter = ReadonlyMap<string, readonly string[]>;

const keys = ["driver", "swarm", "state", "name", "label"];

/**
 * Reads `key=value` filters.
 *
 * @throws {MachineError} `FILTER_INVALID`
 */
export function parseFilters(texts: readonly string[]): MachineFilter {
  const filter = new Map<string, string[]>();
  for (const text of texts) {
    const [, key = "", value = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (!keys.includes(key.toLowerCase())) {
      throw new MachineError("FILTER_INVALID", `Unsupported filter syntax ${JSON.stringify(text)}.`, {
        suggestions: [`Write key=value; the keys are ${keys.join(", ")}.`],
      });
    }
    if (key.toLowerCase() === "name") assertPattern(value);
    filter.set(key.toLowerCase(), [...(filter.get(key.toLowerCase()) ?? []), value]);
  }
  return filter;
}

/** Whether a machine passes all filters. `swarm` names a master, found among `all`. */
export function matchesFilter(filter: MachineFilter, machine: ListedMachine, all: readonly ListedMachine[]): boolean {
  return [...filter].every(([key, values]) => values.some((value) => matches(key, value, machine, all)));
}

/** Whether the filters can be judged before any machine is asked. */
export function matchesName(filter: MachineFilter, name: string): boolean {
  const patterns = filter.get("name");
  return patterns === undefined || patterns.some((pattern) => new RegExp(pattern).test(name));
}

function matches(key: string, value: string, machine: ListedMachine, all: readonly ListedMachine[]): boolean {
  switch (key) {
    case "driver":
      return machine.driverName === value;
    case "state":
      return machine.status.toLowerCase() === value.toLowerCase();
    case "name":
      return new RegExp(value).test(machine.name);
    case "label":
      return machine.engineOptions?.Labels.includes(value) ?? false;
    default:
      return swarmMasterOf(machine, all)?.name === value;
  }
}

/** The machine that is the classic Swarm master of `machine`'s cluster. */
export function swarmMasterOf(machine: ListedMachine, all: readonly ListedMachine[]): ListedMachine | undefined {
  const discovery = machine.swarmOptions?.Discovery ?? "";
  if (discovery === "") return undefined;
  return all.find((each) => each.swarmOptions?.Master === true && each.swarmOptions.Discovery === discovery);
}

function assertPattern(pattern: string): void {
  try {
    new RegExp(pattern);
  } catch (cause) {
    throw new MachineError("FILTER_INVALID", `The filter name=${pattern} is not a regular expression.`, { cause });
  }
}
