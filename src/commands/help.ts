import { defineCommand } from "../command-line/define-command.js";

export default defineCommand({
  summary: "Shows a list of commands or help for one command",
  args: { command: { description: "Command", multiple: true } },
  flagsEnd: "after-first-word",
  async run({ words }) {
    const { showHelp } = await import("../oclif.js");
    await showHelp(words);
  },
});
