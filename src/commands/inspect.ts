import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { formatConfig } from "../store/config-file.js";

export default class Inspect extends MachineCommand {
  static override summary = "Inspect information about a machine";
  static override args = { name: Args.string({ description: "Machine name", multiple: true, ignoreStdin: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Inspect);
    const context = await this.context(flags, "data");
    const { DockerMachine: _own, ...config } = await context.machines.store.load(await this.nameOrDefault(context, args.name));
    this.log(formatConfig(config));
  }
}
