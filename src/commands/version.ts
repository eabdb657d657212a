import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { machineEngineVersion } from "../machines/connection.js";

export default class Version extends MachineCommand {
  static override summary = "Show the Docker Machine version or a machine docker version";
  static override args = { name: Args.string({ description: "Machine name", multiple: true, ignoreStdin: true }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Version);
    if (args.name === undefined || args.name.length === 0) return this.log(`docker-machine version ${this.config.version}`);
    const context = await this.context(flags, "data");
    const { version } = await machineEngineVersion(context.machines, await this.nameOrDefault(context, args.name));
    this.log(version);
  }
}
