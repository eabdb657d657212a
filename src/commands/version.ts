import { defineCommand } from "../command-line/define-command.js";
import { jsonFlag } from "../command-line/flags.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { machineEngineVersion } from "../machines/connection.js";
import { programVersion, versionLine } from "../program-package.js";

export default defineCommand({
  summary: "Show the Docker Machine version or a machine docker version",
  args: { name: { description: "Machine name", completes: "machines" } },
  flags: { json: jsonFlag },
  async run({ flags, words, context, print, printJson }) {
    if (words.length === 0) return flags.json ? printJson({ program: { version: programVersion() } }) : print(versionLine());
    const { machines } = await context("data");
    const name = await nameOrDefault(machines, words);
    const { version, apiVersion } = await machineEngineVersion(machines, name);
    if (flags.json) printJson({ machine: { name, engineVersion: version, apiVersion } });
    else print(version);
  },
});
