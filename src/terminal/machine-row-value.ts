import type { ListedMachine } from "../machines/list-machines.js";
import { goDuration } from "../template/go-duration.js";
import { type GoInt, type GoStruct, type GoValue, goBool, goInt, goString } from "../template/go-value.js";
import { machineRow, type RowContext } from "./machine-row.js";
import { printable } from "./terminal-log.js";

/** The Go program's numbers for the states are their places in this list. */
const STATES = ["", "Running", "Paused", "Saved", "Stopped", "Stopping", "Starting", "Error", "Timeout"];

/** The titles of the columns, by the names of the fields. */
const TITLES: Readonly<Record<string, string>> = {
  Name: "NAME",
  Active: "ACTIVE",
  ActiveHost: "ACTIVE_HOST",
  ActiveSwarm: "ACTIVE_SWARM",
  DriverName: "DRIVER",
  State: "STATE",
  URL: "URL",
  SwarmOptions: "SWARM_OPTIONS",
  Swarm: "SWARM",
  EngineOptions: "ENGINE_OPTIONS",
  Error: "ERRORS",
  DockerVersion: "DOCKER",
  ResponseTime: "RESPONSE",
};

/** Fields of the options that Go counts in whole numbers. Its other numbers are `float64`. */
const WHOLE_NUMBERS: ReadonlySet<string> = new Set(["Heartbeat"]);

/** What the template of `ls` works on: the Go program's `commands.HostListItem`. Control characters in texts are made visible. */
export function machineRowValue(machine: ListedMachine, context: RowContext): GoStruct {
  const { active, driver, swarm, engine } = machineRow(machine, context);
  const fields: Readonly<Record<string, GoValue>> = {
    Name: shown(machine.name),
    Active: goString(active),
    ActiveHost: goBool(active === "*"),
    ActiveSwarm: goBool(active === "* (swarm)"),
    DriverName: shown(driver),
    State: stateValue(machine.status),
    URL: shown(machine.url),
    SwarmOptions: optionsValue("swarm.Options", machine.swarmOptions),
    Swarm: shown(swarm),
    EngineOptions: optionsValue("engine.Options", machine.engineOptions),
    Error: shown(machine.error),
    DockerVersion: shown(engine),
    ResponseTime: goDuration(BigInt(Math.round(machine.responseMs)) * 1_000_000n),
  };
  return { kind: "struct", type: "commands.HostListItem", fields: new Map(Object.entries(fields)) };
}

/** What the template of `ls` works on for the line of titles. */
export function titlesValue(): GoValue {
  const titles = Object.entries(TITLES).map(([field, title]) => [field, goString(title)] as const);
  return { kind: "map", elementType: "string", entries: new Map(titles) };
}

function stateValue(status: string): GoInt {
  const text = { parameters: 0, call: () => goString(status) };
  return { ...goInt(Math.max(STATES.indexOf(status), 0), "state.State"), methods: new Map([["String", text]]) };
}

/** A pointer to the options; a nil pointer for a machine that can't be read. */
function optionsValue(targetType: string, options: object | undefined): GoValue {
  if (options === undefined) return { kind: "pointer", targetType };
  const fields = Object.entries(options).map(([name, value]) => [name, optionValue(name, value)] as const);
  return { kind: "pointer", targetType, target: { kind: "struct", type: targetType, fields: new Map(fields) } };
}

function optionValue(name: string, value: unknown): GoValue {
  if (typeof value === "boolean") return goBool(value);
  if (typeof value === "number") return WHOLE_NUMBERS.has(name) ? goInt(Math.trunc(value)) : { kind: "float", value };
  if (typeof value === "string") return shown(value);
  const elements = Array.isArray(value) ? value.map((element) => shown(String(element))) : [];
  return { kind: "slice", elementType: "string", elements, isNil: !Array.isArray(value) };
}

function shown(text: string): GoValue {
  return goString(printable(text));
}
