import { defineCommand } from "../command-line/define-command.js";
import { switchFlag } from "../command-line/flags.js";
import { forEachMachine, namesOrDefault } from "../command-line/machine-names.js";
import { provisionAgain } from "../machines/provision-machine.js";
import { confirm } from "../terminal/confirm.js";

export default defineCommand({
  summary: "Regenerate TLS Certificates for a machine",
  args: { names: { description: "Machine names", multiple: true } },
  flags: { force: switchFlag({ char: "f", description: "Force rebuild and do not prompt" }) },
  async run({ flags, words, context, print }) {
    if (!flags.force && !(await confirm("Regenerate TLS machine certs?  Warning: this is irreversible. (y/n): "))) return;
    print("Regenerating TLS certificates");
    const { machines } = await context("progress");
    const names = await namesOrDefault(machines, words);
    await forEachMachine(names, (name) => provisionAgain(machines, name, { renewCertificates: true }));
  },
});
