import { Config, settings } from "@oclif/core";
import { programRoot } from "../program-package.js";

/** oclif's view of the program: its own commands, and those of the plugins that are shipped or installed. */
export async function loadConfig(): Promise<Config> {
  settings.enableAutoTranspile = false;
  return Config.load(programRoot());
}
