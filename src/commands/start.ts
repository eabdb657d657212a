import { defineCommand } from "../command-line/define-command.js";
import { forEachMachine, namesOrDefault } from "../command-line/machine-names.js";
import { startMachine } from "../machines/power.js";

export default defineCommand({
  summary: "Start a machine",
  args: { names: { description: "Machine names", multiple: true } },
  async run({ words, context, print }) {
    const { machines } = await context("progress");
    await forEachMachine(await namesOrDefault(machines, words), (name) => startMachine(machines, name));
    print("Started machines may have new IP addresses. You may need to re-run the `docker-machine env` command.");
  },
});
