import { defineCommand } from "../command-line/define-command.js";
import { forEachMachine, namesOrDefault } from "../command-line/machine-names.js";
import { stopMachine } from "../machines/power.js";

export default defineCommand({
  summary: "Stop a machine",
  args: { names: { description: "Machine names", multiple: true } },
  async run({ words, context }) {
    const { machines } = await context("progress");
    await forEachMachine(await namesOrDefault(machines, words), (name) => stopMachine(machines, name));
  },
});
