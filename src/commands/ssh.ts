import { Args } from "@oclif/core";
import { MachineCommand } from "../machine-command.js";
import { sshSession } from "../machines/ssh-session.js";

export default class Ssh extends MachineCommand {
  static override summary = "Log into or run a command on a machine with SSH.";
  static override args = {
    name: Args.string({ description: "Machine name", ignoreStdin: true }),
    command: Args.string({ description: "Command and its arguments", multiple: true, ignoreStdin: true }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Ssh);
    const context = await this.context(flags, "data");
    const name = await this.nameOrDefault(context, args.name === undefined ? [] : [args.name]);
    const command = args.command?.join(" ");
    process.exitCode = await sshSession(context.machines, name, {
      ...(command === undefined ? {} : { command }),
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
    });
  }
}
