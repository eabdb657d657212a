import type { Orphan } from "@docker-machine/driver-sdk";
import { defineCommand } from "../../command-line/define-command.js";
import { jsonFlag, switchFlag } from "../../command-line/flags.js";
import { throwCollected } from "../../command-line/machine-names.js";
import { onlyWord } from "../../command-line/only-word.js";
import { driverFlags } from "../../create-flags.js";
import { findOrphans } from "../../machines/find-orphans.js";
import { confirm } from "../../terminal/confirm.js";
import { writeStdout } from "../../terminal/standard-output.js";
import { formatTable } from "../../terminal/table.js";

export default defineCommand({
  summary: "Find what a driver made and no machine knows of",
  description:
    "Instances, keys, firewall rules and the like that bear this store's mark and belong to none of its machines: of a machine whose folder was deleted by hand, say. The driver's own flags tell where to look.",
  usage: "driver NAME orphans [--remove]",
  examples: ["driver amazonec2 orphans --amazonec2-region eu-west-1", "driver amazonec2 orphans --remove"],
  args: { name: { description: "Driver name", completes: "drivers", required: true } },
  flags: {
    remove: switchFlag({ description: "Remove what is found" }),
    "any-store": switchFlag({ description: "Look for what machines of other stores left, too: colleagues' machines among them" }),
    yes: switchFlag({ char: "y", description: "Ask nothing before it is removed" }),
    json: jsonFlag,
  },
  moreFlags: true,
  async run({ flags, words: typed, parse, context, print, printJson }) {
    const program = await context("data");
    // What follows may be the values of flags that only the driver knows.
    const driver = await program.drivers.forMachine({ driverName: onlyWord(typed.slice(0, 1), "driver name") });
    const { given, words } = parse(driverFlags(driver.definition));
    onlyWord(words, "driver name");
    const wishes = { optionSources: { flags: given, env: process.env }, anyStore: flags["any-store"] };
    const orphans = await findOrphans(program.machines, driver, wishes);
    if (flags.json) printJson({ orphans: orphans.map(describe) });
    else if (orphans.length === 0) print(`All that the driver "${driver.name}" made belongs to a machine.`);
    else writeStdout(formatTable(columns, orphans));
    if (!flags.remove || orphans.length === 0) return;
    const isAgreed = flags.yes || (await confirm("Remove them? (y/n): ", program.machines.signal));
    if (isAgreed) await removeAll(orphans, (line) => program.machines.log.info(line));
  },
});

const columns = [
  { title: "ID", cell: ({ id }: Orphan) => id },
  { title: "KIND", cell: ({ kind }: Orphan) => kind },
  { title: "MACHINE", cell: ({ machineName = "" }: Orphan) => machineName },
  { title: "MADE", cell: ({ madeAt }: Orphan) => madeAt?.toISOString() ?? "" },
  { title: "NOTE", cell: ({ keptBecause = "" }: Orphan) => keptBecause },
];

function describe({ id, kind, machineName, madeAt, keptBecause }: Orphan) {
  return { id, kind, machineName, madeAt: madeAt?.toISOString(), keptBecause };
}

/** One after another, in the driver's order: what is listed first may be in the way of what comes later. */
async function removeAll(orphans: readonly Orphan[], log: (line: string) => void): Promise<void> {
  const errors: unknown[] = [];
  for (const orphan of orphans.filter(({ keptBecause }) => keptBecause === undefined)) {
    try {
      await orphan.remove();
      log(`Removed ${orphan.id}`);
    } catch (error) {
      errors.push(error);
    }
  }
  throwCollected(errors);
}
