import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { machineUrl } from "../machines/connection.js";

export default class Url extends MachineCommand {
  static override summary = "Get the URL of a machine";
  static override args = { name: Args.string({ description: "Machine name", multiple: true, ignoreStdin: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Url);
    const context = await this.context(flags, "data");
    this.log(await machineUrl(context.machines, await this.nameOrDefault(context, args.name)));
  }
}
