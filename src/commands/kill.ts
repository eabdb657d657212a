import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { killMachine } from "../machines/power.js";

export default class Kill extends MachineCommand {
  static override summary = "Kill a machine";
  static override args = { names: Args.string({ description: "Machine names", multiple: true, ignoreStdin: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Kill);
    const context = await this.context(flags, "progress");
    const names = await this.namesOrDefault(context, args.names);
    await this.forEachMachine(names, (name) => killMachine(context.machines, name));
  }
}
