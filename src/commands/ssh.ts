import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { sshSession } from "../machines/ssh-session.js";

export default class Ssh extends MachineCommand {
  static override summary = "Log into or run a command on a machine with SSH.";
  static override usage = "ssh [NAME [COMMAND...]]";
  static override args = {
    words: Args.string({ description: "Machine name, then a command and its arguments", multiple: true, ignoreStdin: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Ssh);
    const [name, ...command] = args.words ?? [];
    const context = await this.context(flags, "data");
    process.exitCode = await sshSession(context.machines, await this.nameOrDefault(context, name === undefined ? [] : [name]), {
      ...(command.length === 0 ? {} : { command: command.join(" ") }),
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
    });
  }
}
