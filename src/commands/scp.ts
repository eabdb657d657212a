import { defineCommand } from "../command-line/define-command.js";
import { switchFlag } from "../command-line/flags.js";
import { MachineError } from "../errors.js";
import { parseFileLocation } from "../machines/file-location.js";

export default defineCommand({
  summary: "Copy files between machines",
  description: "Arguments are [[user@]machine:][path] [[user@]machine:][path].",
  usage: "scp [-r] [-d] [-q] [[USER@]MACHINE:]PATH [[USER@]MACHINE:]PATH",
  examples: ["scp notes.txt dev:", "scp -r dev:/var/log/app ./logs", "scp one:/etc/hosts two:/tmp", "scp -r -d ./site dev:site"],
  args: {
    source: { description: "What is copied", completes: "machine-paths", required: true },
    target: { description: "Where to", completes: "machine-paths", required: true },
  },
  flags: {
    recursive: switchFlag({ char: "r", description: "Copy files recursively (required to copy directories)" }),
    delta: switchFlag({
      char: "d",
      description: "Reduce amount of data sent over network by sending only the differences (uses rsync)",
    }),
    quiet: switchFlag({ char: "q", description: "Disables the progress meter as well as warning and diagnostic messages" }),
  },
  async run({ flags: { recursive, delta, quiet }, words, context }) {
    const [source, target] = words;
    if (source === undefined || target === undefined || words.length > 2) {
      throw new MachineError(
        "ARGUMENTS_INVALID",
        `Improper number of arguments: scp takes a source and a target, but got ${words.length}.`,
        {
          suggestions: ["docker-machine scp --help"],
        },
      );
    }
    const from = parseFileLocation(source);
    const to = parseFileLocation(target);
    const { machines } = await context("data");
    const showsProgress = !quiet && process.stderr.isTTY === true;
    if (delta) {
      const { copyDelta } = await import("../machines/delta-copy.js");
      await copyDelta(machines, from, to, { recursive, output: showsProgress ? "progress" : "errors" });
      return;
    }
    const { copyFiles } = await import("../machines/copy-files.js");
    if (!showsProgress) {
      await copyFiles(machines, from, to, { recursive });
      return;
    }
    const { CopyBar } = await import("../terminal/copy-bar.js");
    using progress = new CopyBar(process.stderr);
    await copyFiles(machines, from, to, { recursive, progress });
  },
});
