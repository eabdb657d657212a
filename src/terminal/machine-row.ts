import { type ListedMachine, swarmEndpoint } from "../machines/list-machines.js";
import { swarmMasterOf } from "./machine-filter.js";

/** What the row of a machine depends on, besides itself. */
export interface RowContext {
  /** The machines that are listed. */
  readonly all: readonly ListedMachine[];
  /** DOCKER_HOST. */
  readonly dockerHost: string | undefined;
}

/** The cells of `ls` for a machine, in the words of the Go program. */
export interface MachineRow {
  readonly name: string;
  /** `*`, `* (swarm)` or `-`; empty for a machine that can't be read. */
  readonly active: string;
  /** Two words for a machine that can't be read, a dash for a driver that is not there. */
  readonly driver: string;
  /** The name of the machine's Swarm master. */
  readonly swarm: string;
  /** `v24.0.7`, `Unknown`, or nothing if it was not asked. */
  readonly engine: string;
}

/** The cells of `ls` for `machine`. */
export function machineRow(machine: ListedMachine, { all, dockerHost }: RowContext): MachineRow {
  return {
    name: machine.name,
    active: activeMark(machine, dockerHost),
    driver: driverCell(machine),
    swarm: swarmCell(machine, all),
    engine: engineCell(machine),
  };
}

function activeMark(machine: ListedMachine, dockerHost: string | undefined): string {
  if (machine.driverName === "") return "";
  if (dockerHost === undefined || dockerHost === "") return "-";
  if (machine.url === dockerHost) return "*";
  return swarmEndpoint(machine) === dockerHost ? "* (swarm)" : "-";
}

function swarmCell(machine: ListedMachine, all: readonly ListedMachine[]): string {
  const master = swarmMasterOf(machine, all);
  if (master === undefined) return "";
  return master.name === machine.name ? `${master.name} (master)` : master.name;
}

function driverCell(machine: ListedMachine): string {
  if (machine.driverName === "") return "not found";
  return machine.driverIsMissing === true ? "not-found" : machine.driverName;
}

function engineCell(machine: ListedMachine): string {
  if (machine.engineVersion !== undefined) return `v${machine.engineVersion}`;
  return machine.driverName !== "" && (machine.status === "Running" || machine.error !== "") ? "Unknown" : "";
}
