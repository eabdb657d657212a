import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { startMachine } from "../machines/power.js";

export default class Start extends MachineCommand {
  static override summary = "Start a machine";
  static override args = { names: Args.string({ description: "Machine names", multiple: true, ignoreStdin: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Start);
    const context = await this.context(flags, "progress");
    const names = await this.namesOrDefault(context, args.names);
    await this.forEachMachine(names, (name) => startMachine(context.machines, name));
    this.log("Started machines may have new IP addresses. You may need to re-run the `docker-machine env` command.");
  }
}
