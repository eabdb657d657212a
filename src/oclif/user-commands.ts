import { loadConfig } from "./load-config.js";

/** The commands of the user's plugins, by the words that name them, with their summaries. */
export async function userCommands(): Promise<(readonly [name: string, summary: string])[]> {
  const config = await loadConfig();
  const commands = config.commands.filter(({ hidden, pluginType }) => hidden !== true && ["user", "link"].includes(pluginType ?? ""));
  return commands.map(({ id, summary, description = "" }) => [id.replaceAll(":", " "), summary ?? description.split("\n", 1)[0] ?? ""]);
}
