import { readdir, readFile, stat } from "node:fs/promises";
import { hasCode, MachineError } from "../errors.js";
import { makePrivateDirectory, removeDirectory, writeAtomically } from "../files/atomic-file.js";
import { withLock } from "../files/lock.js";
import { formatConfig, parseConfig, unreadable } from "./config-file.js";
import type { MachineConfig } from "./machine-config.js";
import { isMachineName } from "./machine-name.js";
import type { StorePaths } from "./store-paths.js";

/** How {@link MachineStore.withLock} waits. */
export interface MachineLockOptions {
  readonly signal?: AbortSignal;
  readonly onWait?: (message: string) => void;
}

/** The machines on disk, one folder each. Reading takes no lock and writes nothing. */
export class MachineStore {
  readonly paths: StorePaths;

  constructor(paths: StorePaths) {
    this.paths = paths;
  }

  /** All machines' names, sorted by code point as the Go program does. A folder without a readable config.json counts too. */
  async names(): Promise<string[]> {
    try {
      const entries = await readdir(this.paths.machinesDirectory, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && isMachineName(entry.name))
        .map((entry) => entry.name)
        .sort();
    } catch (error) {
      if (hasCode(error, "ENOENT")) return [];
      throw error;
    }
  }

  /** Whether there is a folder for `name`, whatever is in it. */
  async has(name: string): Promise<boolean> {
    if (!isMachineName(name)) return false;
    const entry = await stat(this.paths.machineDirectory(name)).catch(() => undefined);
    return entry?.isDirectory() ?? false;
  }

  /** @throws {MachineError} `MACHINE_UNKNOWN`, `CONFIG_DAMAGED`, `CONFIG_VERSION_UNSUPPORTED` */
  async load(name: string): Promise<MachineConfig> {
    if (!isMachineName(name)) throw unknownMachine(name);
    const path = this.paths.configPath(name);
    try {
      return parseConfig(name, path, await readFile(path, "utf8"));
    } catch (error) {
      if (error instanceof MachineError) throw error;
      if (hasCode(error, "ENOENT") && !(await this.has(name))) throw unknownMachine(name);
      throw unreadable(name, path, error);
    }
  }

  /** Writes config.json at once and as a whole. The caller holds the machine's lock. */
  async save(config: MachineConfig): Promise<void> {
    await writeAtomically(this.paths.configPath(config.Name), formatConfig(config));
  }

  /** Makes the folder of a machine that is about to be created. */
  async makeDirectory(name: string): Promise<string> {
    const directory = this.paths.machineDirectory(name);
    await makePrivateDirectory(directory);
    return directory;
  }

  /** Removes the machine's folder. A missing one is no error. */
  async remove(name: string): Promise<void> {
    await removeDirectory(this.paths.machineDirectory(name));
  }

  /** The saved values of secret options, by property name. */
  async loadSecrets(name: string): Promise<Readonly<Record<string, unknown>>> {
    try {
      return JSON.parse(await readFile(this.paths.secretsPath(name), "utf8"));
    } catch (error) {
      if (hasCode(error, "ENOENT")) return {};
      throw unreadable(name, this.paths.secretsPath(name), error);
    }
  }

  async saveSecrets(name: string, secrets: Readonly<Record<string, unknown>>): Promise<void> {
    if (Object.keys(secrets).length === 0) return;
    await writeAtomically(this.paths.secretsPath(name), JSON.stringify(secrets, null, 4));
  }

  /**
   * Runs `action` while no other process changes the machine.
   *
   * @throws {MachineError} `LOCK_TIMEOUT`, `OPERATION_ABORTED`
   */
  async withLock<T>(name: string, options: MachineLockOptions, action: () => Promise<T>): Promise<T> {
    return withLock(this.paths.lockPath(name), { ...options, subject: `the machine "${name}"` }, action);
  }
}

function unknownMachine(name: string): MachineError {
  return new MachineError("MACHINE_UNKNOWN", `Docker machine ${JSON.stringify(name)} does not exist.`, {
    suggestions: ['Use "docker-machine ls" to list machines.', 'Use "docker-machine create" to add a new one.'],
  });
}
