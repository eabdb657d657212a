import { Args, Flags } from "@oclif/core";
import { MachineError, messageOf } from "../errors.js";
import { MachineCommand, throwCollected } from "../machine-command.js";
import { removeMachine } from "../machines/remove-machine.js";
import { confirm } from "../terminal/confirm.js";

export default class Rm extends MachineCommand {
  static override summary = "Remove a machine";
  static override args = { names: Args.string({ description: "Machine names", multiple: true, ignoreStdin: true }) };
  static override flags = {
    force: Flags.boolean({
      char: "f",
      description: "Remove local configuration even if machine cannot be removed, also implies an automatic yes (`-y`)",
    }),
    yes: Flags.boolean({
      char: "y",
      description: "Assumes automatic yes to proceed with remove, without prompting further user confirmation",
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Rm);
    const names = args.names ?? [];
    if (names.length === 0) throw new MachineError("MACHINE_NAME_MISSING", "Error: Expected to get one or more machine names as arguments");
    const context = await this.context(flags, "progress");
    this.log(`About to remove ${names.join(", ")}`);
    this.log("WARNING: This action will delete both local reference and remote instance.");
    if (!flags.force && !flags.yes && !(await confirm("Are you sure? (y/n): "))) return;
    const errors: unknown[] = [];
    for (const name of names) {
      try {
        await removeMachine(context.machines, name, { force: flags.force });
        this.log(`Successfully removed ${name}`);
      } catch (error) {
        errors.push(withName(name, error));
        if (flags.force) this.logToStderr(messageOf(errors.at(-1)));
      }
    }
    if (!flags.force) throwCollected(errors);
  }
}

function withName(name: string, error: unknown): MachineError {
  const { code = "REMOVE_FAILED", suggestions = [] } = error instanceof MachineError ? error : {};
  return new MachineError(code, `Error removing host ${JSON.stringify(name)}: ${messageOf(error)}`, { cause: error, suggestions });
}
