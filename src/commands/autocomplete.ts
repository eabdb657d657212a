import { defineCommand } from "../command-line/define-command.js";
import { switchFlag } from "../command-line/flags.js";

const FISH = `Run this once:

  docker-machine autocomplete script fish > ~/.config/fish/completions/docker-machine.fish`;

export default defineCommand({
  summary: "Show how to set up a shell, so that TAB completes commands, flags, and names",
  args: { shell: { description: "bash, zsh, fish or powershell; default: that of $SHELL" } },
  flags: { "refresh-cache": switchFlag({ char: "r", description: "Only write the files again, as after an update" }) },
  examples: ["docker-machine autocomplete", "docker-machine autocomplete bash", "docker-machine autocomplete --refresh-cache"],
  async run({ flags, words, print }) {
    const { shellWord } = await import("../completion/shell-word.js");
    const { writeCompletionFiles } = await import("../completion/setup.js");
    const shell = shellWord(words, process.env);
    writeCompletionFiles();
    if (shell === "fish" && !flags["refresh-cache"]) return print(FISH);
    const { runAutocompletePlugin } = await import("../oclif/autocomplete-plugin.js");
    await runAutocompletePlugin("autocomplete", flags["refresh-cache"] ? ["--refresh-cache"] : [shell]);
  },
});
