import { defineCommand } from "../../command-line/define-command.js";
import { onlyWord } from "../../command-line/only-word.js";

export default defineCommand({
  summary: "Install a driver, or its newest version",
  description: "Nothing of the driver runs before it is checked, and its install scripts never run.",
  args: {
    source: {
      description: "ORG/REPO, github.com/ORG/REPO@TAG, npm:PACKAGE@RANGE, a git or tarball address, ./FOLDER",
      required: true,
    },
  },
  examples: ["docker-machine driver install my-org/my-repo", "docker-machine driver install npm:docker-machine-driver-example@^1.2"],
  async run({ words, context }) {
    const source = onlyWord(words, "driver's source");
    const { drivers, tasks } = await context("progress");
    const [result] = await (await tasks()).run([source], async () => void (await drivers.install(source)));
    if (result?.status === "rejected") throw result.reason;
  },
});
