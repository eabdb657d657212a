import { defineCommand } from "../../command-line/define-command.js";
import { switchFlag } from "../../command-line/flags.js";
import { throwCollected } from "../../command-line/machine-names.js";
import { MachineError } from "../../errors.js";
import { refuseInUse } from "../../machines/driver-usage.js";

export default defineCommand({
  summary: "Remove installed drivers",
  description: "Nothing is removed if machines use one of them. The folder of a linked driver stays as it is.",
  args: { names: { description: "Driver names", completes: "drivers", required: true, multiple: true } },
  flags: { force: switchFlag({ char: "f", description: "Remove them even if machines use them" }) },
  async run({ flags, words, context, print }) {
    const names = [...new Set(words)];
    if (names.length === 0)
      throw new MachineError("ARGUMENTS_INVALID", "No driver was named.", { suggestions: ["docker-machine driver list"] });
    const { drivers, machines } = await context("progress");
    if (!flags.force) await refuseInUse(names, "uninstall", machines.store);
    const errors: unknown[] = [];
    for (const name of names) {
      try {
        await drivers.uninstall(name);
        print(`Uninstalled the driver "${name}".`);
      } catch (error) {
        errors.push(error);
      }
    }
    throwCollected(errors);
  },
});
