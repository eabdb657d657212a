import { Args, Flags } from "@oclif/core";
import { MachineError } from "../../errors.js";
import { MachineCommand } from "../../machine-command.js";
import { machinesByDriver } from "../../machines/driver-usage.js";

export default class DriverUninstall extends MachineCommand {
  static override summary = "Remove an installed driver";
  static override args = { name: Args.string({ description: "Driver name", required: true, ignoreStdin: true }) };
  static override flags = { force: Flags.boolean({ char: "f", description: "Remove it even if machines use it" }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(DriverUninstall);
    const context = await this.context(flags, "progress");
    const machines = (await machinesByDriver(context.machines.store)).get(args.name) ?? [];
    if (machines.length > 0 && !flags.force) {
      throw new MachineError("DRIVER_IN_USE", `The driver "${args.name}" is used by ${machines.join(", ")}.`, {
        suggestions: [`docker-machine rm ${machines.join(" ")}`, `docker-machine driver uninstall --force ${args.name}`],
      });
    }
    await context.drivers.uninstall(args.name);
    this.log(`Uninstalled the driver "${args.name}".`);
  }
}
