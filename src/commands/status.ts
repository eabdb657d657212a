import { defineCommand } from "../command-line/define-command.js";
import { jsonFlag } from "../command-line/flags.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { openMachine } from "../machines/open-machine.js";

export default defineCommand({
  summary: "Get the status of a machine",
  args: { name: { description: "Machine name", completes: "machines" } },
  flags: { json: jsonFlag },
  async run({ flags, words, context, print, printJson }) {
    const { machines } = await context("data");
    const { name, driver } = await openMachine(machines, await nameOrDefault(machines, words));
    const status = await driver.status();
    if (flags.json) printJson({ machine: { name, status } });
    else print(status);
  },
});
