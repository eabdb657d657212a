import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resolveOptions } from "@docker-machine/driver-sdk";
import { options } from "../../src/options.js";

/** @import { Machine } from "@docker-machine/driver-sdk" */
/** @import { NspawnState } from "../../src/driver.js" */

/**
 * A machine whose state is a file in its folder, as docker-machine keeps it: whole at every instant.
 *
 * @implements {Machine<typeof options, NspawnState>}
 */
export class FileMachine {
  name;
  directory;
  options;
  #path;

  /**
   * @param {string} directory
   * @param {string} name
   * @param {Record<string, string>} flags
   */
  constructor(directory, name, flags) {
    this.directory = directory;
    this.name = name;
    this.options = resolveOptions(options, { flags });
    this.#path = join(directory, "state.json");
  }

  /** @returns {Partial<NspawnState>} */
  get state() {
    try {
      return JSON.parse(readFileSync(this.#path, "utf8"));
    } catch {
      return {};
    }
  }

  /** @param {Partial<NspawnState>} changes */
  async persist(changes) {
    writeFileSync(`${this.#path}.new`, JSON.stringify({ ...this.state, ...changes }));
    renameSync(`${this.#path}.new`, this.#path);
  }
}
