import { defineCommand } from "../../command-line/define-command.js";

export default defineCommand({
  summary: "Print what goes into the start-up file of a shell",
  hidden: true,
  args: { shell: { description: "bash, zsh, fish or powershell; default: that of $SHELL" } },
  async run({ words, print }) {
    const { shellWord } = await import("../../completion/shell-word.js");
    const shell = shellWord(words, process.env);
    if (shell === "fish") {
      const { shellScripts } = await import("../../completion/shell-scripts.js");
      return print(shellScripts.fish);
    }
    const { runAutocompletePlugin } = await import("../../oclif/autocomplete-plugin.js");
    await runAutocompletePlugin("autocomplete:script", [shell]);
    if (shell === "powershell") return;
    const { setupLine } = await import("../../completion/setup.js");
    print(setupLine(shell === "zsh" ? "zsh" : "bash"));
  },
});
