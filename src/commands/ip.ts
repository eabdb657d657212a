import { defineCommand } from "../command-line/define-command.js";
import { namesOrDefault } from "../command-line/machine-names.js";
import { openMachine } from "../machines/open-machine.js";

export default defineCommand({
  summary: "Get the IP address of a machine",
  args: { names: { description: "Machine names", multiple: true } },
  async run({ words, context, print }) {
    const { machines } = await context("data");
    for (const name of await namesOrDefault(machines, words)) {
      const { driver } = await openMachine(machines, name);
      print(await driver.address());
    }
  },
});
