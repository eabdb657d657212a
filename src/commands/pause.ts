import { defineCommand } from "../command-line/define-command.js";
import { eachMachine } from "../command-line/each-machine.js";
import { namesOrDefault } from "../command-line/machine-names.js";
import { pauseMachine } from "../machines/power.js";

export default defineCommand({
  summary: "Freeze a machine in memory",
  description: "'docker-machine start' wakes it.",
  args: { names: { description: "Machine names", completes: "machines", multiple: true } },
  async run({ words, context }) {
    const program = await context("progress");
    await eachMachine(program, await namesOrDefault(program.machines, words), pauseMachine);
  },
});
