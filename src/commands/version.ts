import { defineCommand } from "../command-line/define-command.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { machineEngineVersion } from "../machines/connection.js";
import { versionLine } from "../program-package.js";

export default defineCommand({
  summary: "Show the Docker Machine version or a machine docker version",
  args: { name: { description: "Machine name" } },
  async run({ words, context, print }) {
    if (words.length === 0) return print(versionLine());
    const { machines } = await context("data");
    const { version } = await machineEngineVersion(machines, await nameOrDefault(machines, words));
    print(version);
  },
});
