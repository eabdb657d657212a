import { defineCommand } from "../command-line/define-command.js";
import { jsonFlag } from "../command-line/flags.js";
import { formatFlag, refuseTemplateAsJson } from "../command-line/format-flag.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { formatConfig } from "../store/config-file.js";
import type { InspectTemplate } from "../terminal/inspect-template.js";
import { writeStdout } from "../terminal/standard-output.js";

export default defineCommand({
  summary: "Inspect information about a machine",
  args: { name: { description: "Machine name", completes: "machines" } },
  flags: { format: formatFlag, json: jsonFlag },
  async run({ flags, words, context, print, printJson }) {
    refuseTemplateAsJson(flags);
    const template = await templateOf(flags.format);
    const { machines } = await context("data");
    const stored = await machines.store.load(await nameOrDefault(machines, words));
    if (flags.json) {
      const { withoutSecrets } = await import("../terminal/without-secrets.js");
      return printJson({ machine: withoutSecrets(stored) });
    }
    const { DockerMachine: _own, ...config } = stored;
    const text = formatConfig(config);
    if (template === undefined) print(text);
    else template(text, { isTerminal: process.stdout.isTTY, write: writeStdout });
  },
});

/** A template is checked before the machine is looked for. */
async function templateOf(format: string): Promise<InspectTemplate | undefined> {
  if (format === "") return undefined;
  const { readInspectTemplate } = await import("../terminal/inspect-template.js");
  return readInspectTemplate(format);
}
