import { defineCommand } from "../../command-line/define-command.js";
import { jsonFlag } from "../../command-line/flags.js";
import type { InstalledDriver } from "../../drivers/installed-driver.js";
import { machinesByDriver } from "../../machines/driver-usage.js";
import { writeStdout } from "../../terminal/standard-output.js";
import { formatTable } from "../../terminal/table.js";

export default defineCommand({
  summary: "List the drivers that are shipped or installed",
  flags: { json: jsonFlag },
  async run({ flags, context, printJson }) {
    const { drivers, machines } = await context("data");
    const usage = await machinesByDriver(machines.store);
    const rows = (await drivers.list()).map((driver) => rowOf(driver, usage.get(driver.name) ?? []));
    if (flags.json) printJson({ drivers: rows });
    else writeStdout(formatTable(columns, rows));
  },
});

type Row = ReturnType<typeof rowOf>;

function rowOf({ name, kind, version, source, receipt }: InstalledDriver, machines: readonly string[]) {
  const { form = "package", pinned = false, commit, sdkRange, installedAt } = receipt ?? {};
  return { name, kind, form, version, pinned, source, commit, sdkRange, installedAt, machines };
}

const columns = [
  { title: "NAME", cell: (row: Row) => row.name },
  { title: "VERSION", cell: (row: Row) => (row.pinned ? `${row.version} (pinned)` : row.version) },
  { title: "KIND", cell: (row: Row) => (row.form === "program" ? `${row.kind} program` : row.kind) },
  { title: "SOURCE", cell: (row: Row) => row.source },
  { title: "COMMIT", cell: (row: Row) => row.commit?.slice(0, 12) ?? "" },
  { title: "SDK", cell: (row: Row) => row.sdkRange ?? "" },
  { title: "MACHINES", cell: (row: Row) => row.machines.join(", ") },
];
