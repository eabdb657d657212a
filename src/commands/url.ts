import { defineCommand } from "../command-line/define-command.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { machineUrl } from "../machines/connection.js";

export default defineCommand({
  summary: "Get the URL of a machine",
  args: { name: { description: "Machine name" } },
  async run({ words, context, print }) {
    const { machines } = await context("data");
    print(await machineUrl(machines, await nameOrDefault(machines, words)));
  },
});
