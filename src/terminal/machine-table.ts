import type { ListedMachine } from "../machines/list-machines.js";
import { type MachineRow, machineRow } from "./machine-row.js";
import { sortedNaturally } from "./natural-order.js";
import type { Paint, TextStyle } from "./painter.js";
import { type Column, formatTable } from "./table.js";

/** What the `ACTIVE` column looks at. */
export interface MachineTableOptions {
  /** DOCKER_HOST. */
  readonly dockerHost: string | undefined;
  /** Default: no styles. */
  readonly paint?: Paint;
}

const STYLES: Readonly<Record<string, TextStyle>> = { Running: "green", Stopped: "dim", Paused: "yellow", Error: "red", Timeout: "red" };

/** The table of `ls`. */
export function formatMachineTable(machines: readonly ListedMachine[], { dockerHost, paint }: MachineTableOptions): string {
  const columns: readonly Column<MachineRow & ListedMachine>[] = [
    { title: "NAME", cell: (machine) => machine.name },
    { title: "ACTIVE", cell: (machine) => machine.active },
    { title: "DRIVER", cell: (machine) => machine.driver },
    { title: "STATE", cell: (machine) => machine.status, style: (machine) => STYLES[machine.status] },
    { title: "URL", cell: (machine) => machine.url },
    { title: "SWARM", cell: (machine) => machine.swarm },
    { title: "DOCKER", cell: (machine) => machine.engine },
    { title: "ERRORS", cell: (machine) => machine.error },
  ];
  return formatTable(
    columns,
    sortedNaturally(machines).map((machine) => ({ ...machine, ...machineRow(machine, { all: machines, dockerHost }) })),
    paint,
  );
}
