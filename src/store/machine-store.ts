import { readdirSync, statSync } from "node:fs";
import { rename, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, MachineError, messageOf } from "../errors.js";
import { removeDirectory, unwritable, writeAtomically } from "../files/atomic-file.js";
import { withLock } from "../files/lock.js";
import { readTextFile } from "../files/read-file.js";
import { formatConfig, parseConfig, parseObject, unreadable } from "./config-file.js";
import { type MachineConfig, ORIGIN } from "./machine-config.js";
import { isMachineName } from "./machine-name.js";
import { ReadableIndex } from "./readable-index.js";
import { CONFIG_FILE, SECRETS_FILE, type StorePaths } from "./store-paths.js";

/** How {@link MachineStore.withLock} waits. */
export interface MachineLockOptions {
  readonly signal?: AbortSignal;
  readonly onWait?: (message: string) => void;
}

/** The Go program's save removes config.json before it renames the new one into its place, which takes it well below a millisecond. */
const RETRIES = 3;
const RETRY_MS = 10;

/** What a {@link MachineStore} has besides its paths. */
export interface MachineStoreOptions {
  /** The user's folder for what can be made again. Without it, every file is read each time. */
  readonly cacheDirectory?: string;
}

/** The machines on disk, one folder each. Reading takes no lock and writes nothing. */
export class MachineStore {
  readonly paths: StorePaths;
  readonly #cacheDirectory: string | undefined;

  constructor(paths: StorePaths, { cacheDirectory }: MachineStoreOptions = {}) {
    this.paths = paths;
    this.#cacheDirectory = cacheDirectory;
  }

  /**
   * All machines' names, sorted by code point as the Go program does. A folder without a readable config.json counts too.
   *
   * @throws {MachineError} `STORE_UNREADABLE`
   */
  async names(): Promise<string[]> {
    const { machinesDirectory } = this.paths;
    return this.#list(() => readdirSync(machinesDirectory, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && isMachineName(entry.name))
      .map((entry) => entry.name)
      .sort();
  }

  #list<Entry>(read: () => Entry[]): Entry[] {
    try {
      return read();
    } catch (error) {
      if (hasCode(error, "ENOENT")) return [];
      throw new MachineError("STORE_UNREADABLE", `The machines in ${this.paths.machinesDirectory} can't be listed: ${messageOf(error)}`, {
        cause: error,
        suggestions: ["Check whose folder it is, or name another store: docker-machine --storage-path PATH"],
      });
    }
  }

  /** Whether there is a folder for `name`, whatever is in it. */
  async has(name: string): Promise<boolean> {
    return isMachineName(name) && isDirectory(this.paths.machineDirectory(name));
  }

  /** Whether there is nothing in the machine's folder, not even what would tell of a host. */
  async isEmpty(name: string): Promise<boolean> {
    return readdirSync(this.paths.machineDirectory(name)).length === 0;
  }

  /** @throws {MachineError} `MACHINE_UNKNOWN`, `CONFIG_DAMAGED`, `CONFIG_VERSION_UNSUPPORTED` */
  async load(name: string): Promise<MachineConfig> {
    if (!isMachineName(name)) throw await this.#unknownMachine(name);
    const path = this.paths.configPath(name);
    for (let retries = 0; ; retries += 1) {
      try {
        return parseConfig(name, path, readTextFile(path));
      } catch (error) {
        if (error instanceof MachineError) throw error;
        const isMissing = hasCode(error, "ENOENT");
        if (isMissing && !(await this.has(name))) throw await this.#unknownMachine(name);
        if (!isMissing || retries === RETRIES) throw unreadable(name, path, error);
        await sleep(RETRY_MS);
      }
    }
  }

  /**
   * The names of those machines that {@link load} would load, sorted as by {@link names}. For five hundred machines, reading each file is most of the time: those that haven't changed since
   * are not read again.
   *
   * @param isWanted only these are looked at
   * @throws {MachineError} `STORE_UNREADABLE`
   */
  async readableNames(isWanted: (name: string) => boolean): Promise<string[]> {
    const index = new ReadableIndex(this.#cacheDirectory, this.paths.machinesDirectory);
    const found: string[] = [];
    // What is no folder has no config.json in it: to ask for each entry's type would only take longer.
    const entries = this.#list(() => readdirSync(this.paths.machinesDirectory));
    for (const name of entries.filter((entry) => isMachineName(entry) && isWanted(entry)).sort()) {
      const isWhole = index.isWhole(name, this.paths.configPath(name), () => this.#isReadable(name));
      if (isWhole || (await this.#loads(name))) found.push(name);
    }
    index.save();
    return found;
  }

  #isReadable(name: string): boolean {
    const path = this.paths.configPath(name);
    try {
      parseConfig(name, path, readTextFile(path));
      return true;
    } catch {
      return false;
    }
  }

  async #loads(name: string): Promise<boolean> {
    return this.load(name).then(
      () => true,
      () => false,
    );
  }

  async #unknownMachine(name: string): Promise<MachineError> {
    const { nearest } = await import("../nearest.js");
    const near = nearest(name, await this.names().catch(() => []));
    return new MachineError("MACHINE_UNKNOWN", `Docker machine ${JSON.stringify(name)} does not exist.`, {
      suggestions: [
        ...(near === undefined ? [] : [`Did you mean ${JSON.stringify(near)}?`]),
        'Use "docker-machine ls" to list machines.',
        'Use "docker-machine create" to add a new one.',
      ],
    });
  }

  /**
   * Writes config.json at once and as a whole. The caller holds the machine's lock.
   * Before a file of an older version is replaced by what it was migrated to, it is copied to `config.json.bak`, as the Go program does.
   *
   * @throws {MachineError} `FILE_UNWRITABLE`, `CONFIG_DAMAGED` for what could not be read again: then the old content is still there
   */
  async save(config: MachineConfig): Promise<void> {
    const path = this.paths.configPath(config.Name);
    const text = formatConfig(config);
    parseConfig(config.Name, path, text);
    const older = config[ORIGIN]?.olderText;
    if (older !== undefined && older === textAt(path)) await writeAtomically(`${path}.bak`, older);
    await writeAtomically(path, text);
  }

  /**
   * Adds a machine: its folder appears with config.json in it, in one step. The caller holds its lock. An empty folder is taken over.
   *
   * @param secrets the values of secret options, by property name
   * @throws {MachineError} `FILE_UNWRITABLE`: then nothing is left
   */
  async add(config: MachineConfig, secrets: Readonly<Record<string, unknown>>): Promise<void> {
    const directory = this.paths.machineDirectory(config.Name);
    const staging = this.paths.stagingDirectory(config.Name);
    await removeDirectory(staging);
    try {
      if (Object.keys(secrets).length > 0) await writeAtomically(join(staging, SECRETS_FILE), JSON.stringify(secrets, null, 4));
      await writeAtomically(join(staging, CONFIG_FILE), formatConfig(config));
      // Windows renames nothing onto an empty folder.
      if (isDirectory(directory)) await rmdir(directory);
      await rename(staging, directory);
    } catch (error) {
      await removeDirectory(staging);
      throw unwritable(directory, error);
    }
  }

  /** Removes the machine's folder. A missing one is no error. */
  async remove(name: string): Promise<void> {
    await removeDirectory(this.paths.machineDirectory(name));
    await removeDirectory(this.paths.stagingDirectory(name));
  }

  /**
   * The saved values of secret options, by property name.
   *
   * @throws {MachineError} `CONFIG_DAMAGED`
   */
  async loadSecrets(name: string): Promise<Readonly<Record<string, unknown>>> {
    const path = this.paths.secretsPath(name);
    try {
      return parseObject(name, path, readTextFile(path));
    } catch (error) {
      if (hasCode(error, "ENOENT")) return {};
      throw error instanceof MachineError ? error : unreadable(name, path, error);
    }
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

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

/** The text of a file, unless it can't be read. */
function textAt(path: string): string | undefined {
  try {
    return readTextFile(path);
  } catch {
    return undefined;
  }
}
