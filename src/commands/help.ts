import { defineCommand } from "../command-line/define-command.js";
import { findCommand } from "../command-line/find-command.js";

export default defineCommand({
  summary: "Shows a list of commands or help for one command",
  args: { command: { description: "Command", multiple: true } },
  flagsEnd: "after-first-word",
  async run({ words }) {
    const { commandTable } = await import("../command-table.js");
    const { name = "" } = findCommand(words, (each) => Object.hasOwn(commandTable, each));
    const load = commandTable[name];
    if (load === undefined) {
      const { showUnlistedHelp } = await import("../unlisted-command.js");
      return showUnlistedHelp(words);
    }
    const { showCommandHelp } = await import("../help/show-help.js");
    const { default: command } = await load();
    return showCommandHelp(name, command);
  },
});
