import { Args, Flags } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { provisionAgain } from "../machines/provision-machine.js";
import { confirm } from "../terminal/confirm.js";

export default class RegenerateCerts extends MachineCommand {
  static override summary = "Regenerate TLS Certificates for a machine";
  static override args = { names: Args.string({ description: "Machine names", multiple: true, ignoreStdin: true }) };
  static override flags = { force: Flags.boolean({ char: "f", description: "Force rebuild and do not prompt" }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RegenerateCerts);
    if (!flags.force && !(await confirm("Regenerate TLS machine certs?  Warning: this is irreversible. (y/n): "))) return;
    this.log("Regenerating TLS certificates");
    const context = await this.context(flags, "progress");
    const names = await this.namesOrDefault(context, args.names);
    await this.forEachMachine(names, (name) => provisionAgain(context.machines, name, { renewCertificates: true }));
  }
}
