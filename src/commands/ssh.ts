import { defineCommand } from "../command-line/define-command.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { sshSession } from "../machines/ssh-session.js";

export default defineCommand({
  summary: "Log into or run a command on a machine with SSH.",
  usage: "ssh [NAME [COMMAND...]]",
  args: { words: { description: "Machine name, then a command and its arguments", multiple: true } },
  flagsEnd: "after-first-word",
  async run({ words: [name, ...command], context }) {
    const { machines } = await context("data");
    process.exitCode = await sshSession(machines, await nameOrDefault(machines, name === undefined ? [] : [name]), {
      ...(command.length === 0 ? {} : { command: command.join(" ") }),
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
    });
  },
});
