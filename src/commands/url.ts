import { defineCommand } from "../command-line/define-command.js";
import { jsonFlag } from "../command-line/flags.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { machineUrl } from "../machines/connection.js";

export default defineCommand({
  summary: "Get the URL of a machine",
  args: { name: { description: "Machine name", completes: "machines" } },
  flags: { json: jsonFlag },
  async run({ flags, words, context, print, printJson }) {
    const { machines } = await context("data");
    const name = await nameOrDefault(machines, words);
    const url = await machineUrl(machines, name);
    if (flags.json) printJson({ machine: { name, url } });
    else print(url);
  },
});
