import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { openMachine } from "../machines/open-machine.js";

export default class Status extends MachineCommand {
  static override summary = "Get the status of a machine";
  static override args = { name: Args.string({ description: "Machine name", multiple: true, ignoreStdin: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Status);
    const context = await this.context(flags, "data");
    const { driver } = await openMachine(context.machines, await this.nameOrDefault(context, args.name));
    this.log(await driver.status());
  }
}
