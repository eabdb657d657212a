import { defineCommand } from "../command-line/define-command.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { openMachine } from "../machines/open-machine.js";

export default defineCommand({
  summary: "Get the status of a machine",
  args: { name: { description: "Machine name" } },
  async run({ words, context, print }) {
    const { machines } = await context("data");
    const { driver } = await openMachine(machines, await nameOrDefault(machines, words));
    print(await driver.status());
  },
});
