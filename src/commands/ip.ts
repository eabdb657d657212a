import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { openMachine } from "../machines/open-machine.js";

export default class Ip extends MachineCommand {
  static override summary = "Get the IP address of a machine";
  static override args = { names: Args.string({ description: "Machine names", multiple: true, ignoreStdin: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Ip);
    const context = await this.context(flags, "data");
    for (const name of await this.namesOrDefault(context, args.names)) {
      const { driver } = await openMachine(context.machines, name);
      this.log(await driver.address());
    }
  }
}
