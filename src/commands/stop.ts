import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { stopMachine } from "../machines/power.js";

export default class Stop extends MachineCommand {
  static override summary = "Stop a machine";
  static override args = { names: Args.string({ description: "Machine names", multiple: true, ignoreStdin: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Stop);
    const context = await this.context(flags, "progress");
    const names = await this.namesOrDefault(context, args.names);
    await this.forEachMachine(names, (name) => stopMachine(context.machines, name));
  }
}
