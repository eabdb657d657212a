import { defineCommand } from "../command-line/define-command.js";
import { textFlag } from "../command-line/flags.js";
import { nameOrDefault } from "../command-line/machine-names.js";
import { parseSshWords } from "../command-line/ssh-words.js";
import { parseLogin } from "../machines/file-location.js";
import { sshSession } from "../machines/ssh-session.js";

export default defineCommand({
  summary: "Log into or run a command on a machine with SSH.",
  description:
    "Arguments are [[user@]machine] [command...]. Behind the machine's name, these options of the program ssh are taken as well: -l, -L, -N, -n, -t, -T; put -- before a command that begins with a dash.",
  usage: "ssh [-l USER] [NAME [SSH-OPTIONS] [COMMAND...]]",
  examples: ["ssh dev", "ssh dev docker ps", "ssh dev -t htop", "ssh dev -N -L 8080:localhost:80"],
  args: { words: { description: "Machine name, then a command and its arguments", completes: "machines", multiple: true } },
  flags: { login: textFlag({ char: "l", description: "User to log in as" }) },
  flagsEnd: "after-first-word",
  async run({ flags, words: [login, ...rest], argv, context }) {
    // A `--` right behind the name is not among the words any more.
    const isCommand = rest.length > 0 && argv.at(-rest.length - 1) === "--";
    const { user, command, terminal, forwards, onlyForwards, withoutInput } = parseSshWords(isCommand ? ["--", ...rest] : rest);
    const typed = login === undefined ? undefined : parseLogin(login);
    const { machines } = await context("data");
    const name = await nameOrDefault(machines, typed === undefined ? [] : [typed.machine]);
    const { Readable } = await import("node:stream");
    process.exitCode = await sshSession(machines, name, {
      user: user ?? flags.login ?? typed?.user,
      forwards,
      onlyForwards,
      ...(command === undefined ? {} : { command }),
      ...(terminal === undefined ? {} : { terminal: terminal === "always" || (terminal === "if-here" && process.stdin.isTTY) }),
      stdin: withoutInput ? Readable.from([]) : process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
    });
  },
});
