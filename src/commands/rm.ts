import { defineCommand } from "../command-line/define-command.js";
import { switchFlag } from "../command-line/flags.js";
import { throwCollected } from "../command-line/machine-names.js";
import { MachineError, messageOf } from "../errors.js";
import { removeMachine } from "../machines/remove-machine.js";
import { confirm } from "../terminal/confirm.js";

export default defineCommand({
  summary: "Remove a machine",
  args: { names: { description: "Machine names", completes: "machines", multiple: true, required: true } },
  flags: {
    force: switchFlag({
      char: "f",
      description: "Remove local configuration even if machine cannot be removed, also implies an automatic yes (`-y`)",
    }),
    yes: switchFlag({
      char: "y",
      description: "Assumes automatic yes to proceed with remove, without prompting further user confirmation",
    }),
  },
  async run({ flags, words: names, context, print }) {
    if (names.length === 0) throw new MachineError("MACHINE_NAME_MISSING", "Error: Expected to get one or more machine names as arguments");
    const { machines } = await context("progress");
    print(`About to remove ${names.join(", ")}`);
    print("WARNING: This action will delete both local reference and remote instance.");
    if (!flags.force && !flags.yes && !(await confirm("Are you sure? (y/n): "))) return;
    const errors: unknown[] = [];
    for (const name of names) {
      try {
        await removeMachine(machines, name, { force: flags.force });
        print(`Successfully removed ${name}`);
      } catch (error) {
        errors.push(withName(name, error));
        if (flags.force) machines.log.warn(messageOf(errors.at(-1)));
      }
    }
    if (!flags.force) throwCollected(errors);
  },
});

function withName(name: string, error: unknown): MachineError {
  const { code = "REMOVE_FAILED", suggestions = [] } = error instanceof MachineError ? error : {};
  return new MachineError(code, `Error removing host ${JSON.stringify(name)}: ${messageOf(error)}`, { cause: error, suggestions });
}
