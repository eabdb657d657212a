import { defineCommand } from "../command-line/define-command.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { formatConfig } from "../store/config-file.js";

export default defineCommand({
  summary: "Inspect information about a machine",
  args: { name: { description: "Machine name" } },
  async run({ words, context, print }) {
    const { machines } = await context("data");
    const { DockerMachine: _own, ...config } = await machines.store.load(await nameOrDefault(machines, words));
    print(formatConfig(config));
  },
});
