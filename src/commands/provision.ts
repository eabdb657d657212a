import { defineCommand } from "../command-line/define-command.js";
import { forEachMachine, namesOrDefault } from "../command-line/machine-names.js";
import { provisionAgain } from "../machines/provision-machine.js";

export default defineCommand({
  summary: "Re-provision existing machines",
  args: { names: { description: "Machine names", multiple: true } },
  async run({ words, context }) {
    const { machines } = await context("progress");
    await forEachMachine(await namesOrDefault(machines, words), (name) => provisionAgain(machines, name));
  },
});
