import { defineCommand } from "../command-line/define-command.js";
import { onlyWord } from "../command-line/only-word.js";
import { parseLogin } from "../machines/file-location.js";
import { sshSession } from "../machines/ssh-session.js";

export default defineCommand({
  summary: "Speak SFTP with a machine on standard input and output",
  description:
    "For programs such as sshfs that run an SSH client of their own; what they add behind the machine's name for it is not needed.",
  usage: "sftp-server [USER@]MACHINE",
  hidden: true,
  args: { machine: { description: "Machine name", completes: "machines", required: true } },
  flagsEnd: "after-first-word",
  async run({ words, context }) {
    const { machine, user } = parseLogin(onlyWord(words.slice(0, 1), "machine name"));
    // It lives as long as the program that it serves, which may stay when the terminal is closed.
    process.on("SIGHUP", () => undefined);
    process.stderr.on("error", () => undefined);
    const { machines } = await context("data");
    const { stdin, stdout, stderr } = process;
    process.exitCode = await sshSession(machines, machine, { user, subsystem: "sftp", stdin, stdout, stderr });
  },
});
