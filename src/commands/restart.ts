import { defineCommand } from "../command-line/define-command.js";
import { eachMachine } from "../command-line/each-machine.js";
import { namesOrDefault } from "../command-line/machine-names.js";
import { restartMachine } from "../machines/power.js";

export default defineCommand({
  summary: "Restart a machine",
  args: { names: { description: "Machine names", completes: "machines", multiple: true } },
  async run({ words, context, print }) {
    const program = await context("progress");
    await eachMachine(program, await namesOrDefault(program.machines, words), restartMachine);
    print("Restarted machines may have new IP addresses. You may need to re-run the `docker-machine env` command.");
  },
});
