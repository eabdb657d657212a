import { Flags } from "@oclif/core";
import { MachineError } from "../errors.js";
import { MachineCommand } from "../machine-command.js";
import { findActive } from "../machines/active-machine.js";
import { secondsFlag } from "../terminal/seconds-flag.js";

export default class Active extends MachineCommand {
  static override summary = "Print which machine is active";
  static override flags = { timeout: Flags.custom<number>(secondsFlag)() };

  async run(): Promise<void> {
    const { flags } = await this.parse(Active);
    const { machines } = await this.context(flags, "data");
    const name = await findActive(machines, process.env.DOCKER_HOST, { timeoutMs: (flags.timeout ?? 10) * 1000 });
    if (name === undefined) throw new MachineError("MACHINE_NOT_ACTIVE", "No active host found");
    this.log(name);
  }
}
