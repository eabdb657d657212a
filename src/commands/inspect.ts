import { defineCommand } from "../command-line/define-command.js";
import { jsonFlag } from "../command-line/flags.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { formatConfig } from "../store/config-file.js";

export default defineCommand({
  summary: "Inspect information about a machine",
  args: { name: { description: "Machine name" } },
  flags: { json: jsonFlag },
  async run({ flags, words, context, print, printJson }) {
    const { machines } = await context("data");
    const stored = await machines.store.load(await nameOrDefault(machines, words));
    if (flags.json) {
      const { withoutSecrets } = await import("../terminal/without-secrets.js");
      return printJson({ machine: withoutSecrets(stored) });
    }
    const { DockerMachine: _own, ...config } = stored;
    print(formatConfig(config));
  },
});
