import type { HookFailure } from "../machines/machine-hooks.js";
import { loadConfig } from "./load-config.js";

/** Loads the plugins, and returns what runs their hooks of an event. All run at once; those that fail are returned. */
export async function hookRunner(): Promise<(event: string, machine: object) => Promise<readonly HookFailure[]>> {
  const config = await loadConfig();
  return async (event, machine) => {
    const { failures } = await config.runHook(event, { machine }, undefined, true);
    return failures.filter(({ error }) => !isPlainExit(error)).map(({ plugin, error }) => ({ plugin: plugin.name, error }));
  };
}

/** `this.exit()` of a hook that is content. */
function isPlainExit(error: Error): boolean {
  return "oclif" in error && (error.oclif as { readonly exit?: number }).exit === 0;
}
