import { defineCommand } from "../command-line/define-command.js";
import { eachMachine } from "../command-line/each-machine.js";
import { namesOrDefault } from "../command-line/machine-names.js";
import { upgradeMachine } from "../machines/upgrade-machine.js";

export default defineCommand({
  summary: "Upgrade a machine to the latest version of Docker",
  description: "The latest that the package manager of the machine's host knows, of the package that Docker was installed from.",
  args: { names: { description: "Machine names", completes: "machines", multiple: true } },
  async run({ words, context }) {
    const program = await context("progress");
    await eachMachine(program, await namesOrDefault(program.machines, words), upgradeMachine);
  },
});
