import { defineCommand } from "../command-line/define-command.js";
import { eachMachine } from "../command-line/each-machine.js";
import { namesOrDefault } from "../command-line/machine-names.js";
import { saveMachine } from "../machines/power.js";

export default defineCommand({
  summary: "Write a machine's memory to disk and turn it off",
  description: "'docker-machine start' goes on where it was.",
  args: { names: { description: "Machine names", completes: "machines", multiple: true } },
  async run({ words, context }) {
    const program = await context("progress");
    await eachMachine(program, await namesOrDefault(program.machines, words), saveMachine);
  },
});
