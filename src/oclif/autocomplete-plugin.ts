import { MachineError } from "../errors.js";
import { loadConfig } from "./load-config.js";

/** Runs a command of @oclif/plugin-autocomplete, whose name one of ours has. */
export async function runAutocompletePlugin(id: "autocomplete" | "autocomplete:script", argv: readonly string[]): Promise<void> {
  const config = await loadConfig();
  const command = config.plugins.get("@oclif/plugin-autocomplete")?.findCommand(id, { must: true });
  if (command === undefined)
    throw new MachineError("PLUGIN_COMMAND_FAILED", "@oclif/plugin-autocomplete is not installed with docker-machine.");
  await (await command).run([...argv], config);
}
