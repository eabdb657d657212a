import { defineCommand } from "../../command-line/define-command.js";
import { onlyWord } from "../../command-line/only-word.js";
import { installFlags, installWishes } from "../../install-flags.js";

export default defineCommand({
  summary: "Install a driver, or its newest version",
  description:
    "Nothing of the driver runs before it is checked. The newest version that works with this docker-machine is chosen. With --pin and the name of an installed driver, that one is kept at its version.",
  args: {
    source: {
      description: "ORG/REPO, github.com/ORG/REPO@TAG, npm:PACKAGE@RANGE, a git or tarball address, ./FOLDER",
      required: true,
    },
  },
  examples: [
    "docker-machine driver install my-org/my-repo",
    "docker-machine driver install npm:docker-machine-driver-example@^1.2",
    "docker-machine driver install --pin my-org/my-repo@v1.2.3",
  ],
  flags: installFlags,
  async run({ flags, words, context }) {
    const source = onlyWord(words, "driver's source");
    const { drivers, tasks } = await context("progress");
    const [result] = await (await tasks()).run([source], async () => void (await drivers.install(source, installWishes(flags))));
    if (result?.status === "rejected") throw result.reason;
  },
});
