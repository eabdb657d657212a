import { Config, settings } from "@oclif/core";
import { type UserPlugin, userPlugins } from "../plugins/user-plugins.js";
import { programRoot } from "../program-package.js";

/** oclif's view of the program: its own commands, and those of the plugins that are shipped or installed. A plugin that can't be loaded is warned of. */
export async function loadConfig(): Promise<Config> {
  settings.enableAutoTranspile = false;
  const config = new ConfigWithoutWarnings({ root: programRoot() });
  await config.load();
  for (const plugin of listedPlugins().filter(({ name }) => !config.plugins.has(name))) process.stderr.write(notLoaded(plugin));
  return config;
}

/** What oclif can't read of the list, it has warned of. */
function listedPlugins(): readonly UserPlugin[] {
  try {
    return userPlugins();
  } catch {
    return [];
  }
}

/** oclif's warnings of plugins that can't be loaded are six lines each, and don't name them. */
class ConfigWithoutWarnings extends Config {
  protected override warned = true;
}

function notLoaded({ name, root }: UserPlugin): string {
  const where = root === undefined ? "" : ` from ${root}`;
  return `The plugin ${name} can't be loaded${where}, and is left out. To be rid of it: docker-machine plugins uninstall ${name}\n`;
}
