import { defineCommand } from "../command-line/define-command.js";

/** What a shell takes for: this completes something else, such as a file. */
const NOT_OURS = 1;

export default defineCommand({
  summary: "Print what the last word of a command line may become, for the shell",
  hidden: true,
  args: { words: { description: "The words behind docker-machine, the last one to be completed", multiple: true } },
  flagsEnd: "after-first-word",
  async run({ words, print }) {
    const { candidates } = await import("../completion/candidates.js");
    const { completionSources } = await import("../completion/sources.js");
    const found = await candidates(words, await completionSources(words)).catch(() => undefined);
    for (const each of found ?? []) print(each);
    if (found === undefined) process.exitCode = NOT_OURS;
  },
});
