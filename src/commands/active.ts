import { defineCommand } from "../command-line/define-command.js";
import { jsonFlag } from "../command-line/flags.js";
import { timeoutFlag } from "../command-line/timeout-flag.js";
import { MachineError } from "../errors.js";
import { findActive } from "../machines/active-machine.js";

export default defineCommand({
  summary: "Print which machine is active",
  flags: { json: jsonFlag, timeout: timeoutFlag },
  async run({ flags, words, context, print, printJson }) {
    if (words.length > 0) throw new MachineError("ARGUMENTS_INVALID", "Error: Too many arguments given");
    const { machines } = await context("data");
    const name = await findActive(machines, process.env.DOCKER_HOST, { timeoutMs: flags.timeout * 1000 });
    if (name === undefined) throw new MachineError("MACHINE_NOT_ACTIVE", "No active host found");
    if (flags.json) printJson({ machine: { name } });
    else print(name);
  },
});
