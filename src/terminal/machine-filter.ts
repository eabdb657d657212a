import { MachineError, messageOf } from "../errors.js";
import type { ListedMachine } from "../machines/list-machines.js";

/** The filters of `ls --filter`, by key; several of one key are alternatives, different keys must all match. */
export type MachineFilter = ReadonlyMap<string, readonly string[]>;

const keys = ["driver", "swarm", "state", "name", "label"];

/** What the column STATE can show. */
export const states: readonly ListedMachine["status"][] = [
  "Running",
  "Starting",
  "Stopping",
  "Stopped",
  "Paused",
  "Saved",
  "Error",
  "NotFound",
  "Timeout",
];

/**
 * Reads `key=value` filters.
 *
 * @throws {MachineError} `FILTER_INVALID`
 */
export function parseFilters(texts: readonly string[]): MachineFilter {
  const filter = new Map<string, string[]>();
  for (const text of texts) {
    const [, typed, value = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (typed === undefined) throw invalid(`The filter ${JSON.stringify(text)} is not of the form key=value.`);
    const key = typed.toLowerCase();
    if (!keys.includes(key)) throw invalid(`The filter ${JSON.stringify(text)} has an unknown key, ${JSON.stringify(typed)}.`);
    if (key === "name") assertPattern(value);
    filter.set(key, [...(filter.get(key) ?? []), value]);
  }
  return filter;
}

/** What a filter of `state` names that no machine can be in. As for the Go program it is no error: nothing matches. */
export function unknownStates(filter: MachineFilter): readonly string[] {
  return (filter.get("state") ?? []).filter((value) => !states.some((state) => isSameText(state, value)));
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
      return isSameText(machine.driverName, value);
    case "state":
      return isSameText(machine.status, value);
    case "name":
      return new RegExp(value).test(machine.name);
    case "label":
      return machine.engineOptions?.Labels?.some((label) => matchesLabel(label, value)) ?? false;
    default:
      return isSameText(swarmMasterOf(machine, all)?.name ?? "", value);
  }
}

/** `label=app=1` wants the value, `label=app` any value. Values are compared without regard to case, as the Go program does, names with it. */
function matchesLabel(label: string, wanted: string): boolean {
  const [name, value = ""] = splitAtEquals(label);
  const [wantedName, wantedValue] = splitAtEquals(wanted);
  return name === wantedName && (wantedValue === undefined || isSameText(value, wantedValue));
}

function splitAtEquals(text: string): [name: string, value: string | undefined] {
  const at = text.indexOf("=");
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function isSameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
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
    throw invalid(`The filter name=${pattern} is not a regular expression: ${messageOf(cause)}.`, cause);
  }
}

function invalid(message: string, cause?: unknown): MachineError {
  return new MachineError("FILTER_INVALID", message, { cause, suggestions: [`Write key=value; the keys are ${keys.join(", ")}.`] });
}
