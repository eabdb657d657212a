import { resolve } from "node:path";
import { defineCommand } from "../../command-line/define-command.js";
import { onlyWord } from "../../command-line/only-word.js";

export default defineCommand({
  summary: "Use a driver from a folder of your own, as it is there",
  description:
    "For developing a driver: each command loads the folder's present content. What is installed under the driver's name is put aside until `driver unlink`. A driver that does not fit this docker-machine's SDK is used all the same, with a warning. `driver install ./FOLDER` is the same.",
  args: { folder: { description: "The folder of the driver's package.json", required: true } },
  examples: ["docker-machine driver link .", "docker-machine driver unlink NAME"],
  async run({ words, context }) {
    const folder = resolve(onlyWord(words, "folder"));
    const { drivers } = await context("progress");
    await drivers.install(folder);
  },
});
