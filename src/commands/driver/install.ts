import { Args } from "@oclif/core";
import { MachineCommand } from "../../machine-command.js";

export default class DriverInstall extends MachineCommand {
  static override summary = "Install a driver, or its newest version";
  static override description = "Nothing of the driver runs before it is checked, and its install scripts never run.";
  static override args = {
    source: Args.string({
      description: "ORG/REPO, github.com/ORG/REPO@TAG, npm:PACKAGE@RANGE, a git or tarball address, ./FOLDER",
      required: true,
      ignoreStdin: true,
    }),
  };
  static override examples = [
    "<%= config.bin %> driver install my-org/my-repo",
    "<%= config.bin %> driver install npm:docker-machine-driver-example@^1.2",
  ];

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DriverInstall);
    const { drivers } = await this.context(flags, "progress");
    await drivers.install(args.source);
  }
}
