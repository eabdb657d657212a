import { defineCommand } from "../../command-line/define-command.js";
import { onlyWord } from "../../command-line/only-word.js";

export default defineCommand({
  summary: "Go back to the version of a driver before the installed one",
  description: "Nothing is fetched: the version before is kept until the next update. A second rollback goes forward again.",
  args: { name: { description: "Driver name", completes: "drivers", required: true } },
  async run({ words, context, print }) {
    const { drivers } = await context("progress");
    const { name, version, previous } = await drivers.rollBack(onlyWord(words, "driver name"));
    print(`The driver "${name}" is at ${version} again, and was at ${previous?.version}.`);
    print(`The next update goes forward. To stay: docker-machine driver install --pin ${name}`);
  },
});
