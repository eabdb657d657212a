import { defineCommand } from "../command-line/define-command.js";
import { forEachMachine, namesOrDefault } from "../command-line/machine-names.js";
import { killMachine } from "../machines/power.js";

export default defineCommand({
  summary: "Kill a machine",
  args: { names: { description: "Machine names", multiple: true } },
  async run({ words, context }) {
    const { machines } = await context("progress");
    await forEachMachine(await namesOrDefault(machines, words), (name) => killMachine(machines, name));
  },
});
