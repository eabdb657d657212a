import { defineCommand } from "../../command-line/define-command.js";
import { switchFlag } from "../../command-line/flags.js";
import { onlyWord } from "../../command-line/only-word.js";
import { MachineError } from "../../errors.js";
import { machinesByDriver } from "../../machines/driver-usage.js";

export default defineCommand({
  summary: "Remove an installed driver",
  args: { name: { description: "Driver name", completes: "drivers", required: true } },
  flags: { force: switchFlag({ char: "f", description: "Remove it even if machines use it" }) },
  async run({ flags, words, context, print }) {
    const name = onlyWord(words, "driver name");
    const { drivers, machines } = await context("progress");
    const users = (await machinesByDriver(machines.store)).get(name) ?? [];
    if (users.length > 0 && !flags.force) {
      throw new MachineError("DRIVER_IN_USE", `The driver "${name}" is used by ${users.join(", ")}.`, {
        suggestions: [`docker-machine rm ${users.join(" ")}`, `docker-machine driver uninstall --force ${name}`],
      });
    }
    await drivers.uninstall(name);
    print(`Uninstalled the driver "${name}".`);
  },
});
