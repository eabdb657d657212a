import { defineCommand } from "../command-line/define-command.js";
import { jsonFlag } from "../command-line/flags.js";
import { namesOrDefault } from "../command-line/machine-names.js";
import { machineAddress } from "../machines/connection.js";

export default defineCommand({
  summary: "Get the IP address of a machine",
  args: { names: { description: "Machine names", completes: "machines", multiple: true } },
  flags: { json: jsonFlag },
  async run({ flags, words, context, print, printJson }) {
    const { machines } = await context("data");
    const found: { readonly name: string; readonly ip: string }[] = [];
    for (const name of await namesOrDefault(machines, words)) {
      const ip = await machineAddress(machines, name);
      found.push({ name, ip });
      if (!flags.json) print(ip);
    }
    if (flags.json) printJson({ machines: found });
  },
});
