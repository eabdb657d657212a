import { Flags } from "@oclif/core";
import type { InstalledDriver } from "../../drivers/drivers.js";
import { MachineCommand } from "../../machine-command.js";
import { machinesByDriver } from "../../machines/driver-usage.js";
import { formatTable } from "../../terminal/table.js";

export default class DriverList extends MachineCommand {
  static override summary = "List the drivers that are shipped or installed";
  static override flags = { json: Flags.boolean({ description: "Print JSON" }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(DriverList);
    const context = await this.context(flags, "data");
    const usage = await machinesByDriver(context.machines.store);
    const rows = (await context.drivers.list()).map((driver) => rowOf(driver, usage.get(driver.name) ?? []));
    if (flags.json) this.log(JSON.stringify({ version: 1, drivers: rows }, null, 2));
    else process.stdout.write(formatTable(columns, rows));
  }
}

type Row = ReturnType<typeof rowOf>;

function rowOf({ name, kind, version, source, receipt }: InstalledDriver, machines: readonly string[]) {
  return { name, kind, version, source, commit: receipt?.commit, sdkRange: receipt?.sdkRange, installedAt: receipt?.installedAt, machines };
}

const columns = [
  { title: "NAME", cell: (row: Row) => row.name },
  { title: "VERSION", cell: (row: Row) => row.version },
  { title: "KIND", cell: (row: Row) => row.kind },
  { title: "SOURCE", cell: (row: Row) => row.source },
  { title: "COMMIT", cell: (row: Row) => row.commit?.slice(0, 12) ?? "" },
  { title: "SDK", cell: (row: Row) => row.sdkRange ?? "" },
  { title: "MACHINES", cell: (row: Row) => row.machines.join(", ") },
];
