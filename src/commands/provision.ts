import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { provisionAgain } from "../machines/provision-machine.js";

export default class Provision extends MachineCommand {
  static override summary = "Re-provision existing machines";
  static override args = { names: Args.string({ description: "Machine names", multiple: true, ignoreStdin: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Provision);
    const context = await this.context(flags, "progress");
    const names = await this.namesOrDefault(context, args.names);
    await this.forEachMachine(names, (name) => provisionAgain(context.machines, name));
  }
}
