import { type Command, Help as OclifHelp } from "@oclif/core";
import { driverFlags, driverInArgv } from "./create-flags.js";
import { contextFor } from "./machine-command.js";

/** oclif's help, with the driver's own options in `create -d NAME --help`. */
export class HelpWithDriverOptions extends OclifHelp {
  override async showCommandHelp(command: Command.Loadable): Promise<void> {
    const typed = command.id === "create" ? driverInArgv(process.argv.slice(2), process.env) : undefined;
    if (typed === undefined) return super.showCommandHelp(command);
    const { drivers } = await contextFor({}, "data", this.config);
    const { definition } = await drivers.obtain(typed);
    return super.showCommandHelp({
      ...command,
      flags: { ...command.flags, ...(driverFlags(definition) as Command.Loadable["flags"]) },
    });
  }
}
