import { type ListedMachine, swarmEndpoint } from "../machines/list-machines.js";
import { swarmMasterOf } from "./machine-filter.js";
import { type Column, formatTable } from "./table.js";

/** What the `ACTIVE` column looks at. */
export interface MachineTableOptions {
  /** DOCKER_HOST. */
  readonly dockerHost: string | undefined;
}

/** The table of `ls`. */
export function formatMachineTable(machines: readonly ListedMachine[], options: MachineTableOptions): string {
  const columns: readonly Column<ListedMachine>[] = [
    { title: "NAME", cell: (machine) => machine.name },
    { title: "ACTIVE", cell: (machine) => activeMark(machine, options.dockerHost) },
    { title: "DRIVER", cell: driverCell },
    { title: "STATE", cell: (machine) => machine.status },
    { title: "URL", cell: (machine) => machine.url },
    { title: "SWARM", cell: (machine) => swarmCell(machine, machines) },
    { title: "DOCKER", cell: engineCell },
    { title: "ERRORS", cell: (machine) => machine.error },
  ];
  return formatTable(columns, sortedByName(machines));
}

/** Names in the order of `ls`: without regard to case, numbers by value. */
function sortedByName<T extends { readonly name: string }>(machines: readonly T[]): T[] {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  return [...machines].sort((a, b) => collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
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

/** As the Go program has it: two words for a machine that can't be read, a dash for a driver that is not there. */
function driverCell(machine: ListedMachine): string {
  if (machine.driverName === "") return "not found";
  return machine.driverIsMissing === true ? "not-found" : machine.driverName;
}

function engineCell(machine: ListedMachine): string {
  if (machine.engineVersion !== undefined) return `v${machine.engineVersion}`;
  return machine.driverName !== "" && (machine.status === "Running" || machine.error !== "") ? "Unknown" : "";
}
