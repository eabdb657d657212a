import { defineCommand } from "../../command-line/define-command.js";
import { jsonFlag } from "../../command-line/flags.js";
import { throwCollected } from "../../command-line/machine-names.js";
import type { DriverUpdate } from "../../drivers/updates.js";
import { offlineFlag, updateFlags } from "../../install-flags.js";
import { outdatedColumns, updateJson } from "../../terminal/driver-updates.js";
import { writeStdout } from "../../terminal/standard-output.js";
import { formatTable } from "../../terminal/table.js";

export default defineCommand({
  summary: "List the drivers that have a newer version",
  description: "It changes nothing. Pinned and linked drivers are left out.",
  flags: { "allow-unverified": updateFlags["allow-unverified"], offline: offlineFlag, json: jsonFlag },
  async run({ flags, context, printJson }) {
    const { drivers, machines } = await context("data");
    const outdated: DriverUpdate[] = [];
    const errors: unknown[] = [];
    for (const name of await drivers.installedNames()) {
      try {
        const update = await drivers.update(name, { dryRun: true, allowUnverified: flags["allow-unverified"], offline: flags.offline });
        if (update.to !== undefined || update.passedOver !== undefined) outdated.push(update);
      } catch (error) {
        errors.push(error);
      }
    }
    if (flags.json) printJson({ outdated: outdated.map(updateJson) });
    else if (outdated.length > 0) writeStdout(formatTable(outdatedColumns, outdated));
    else if (errors.length === 0) machines.log.info("Every installed driver is at its newest version, or pinned or linked.");
    throwCollected(errors);
  },
});
