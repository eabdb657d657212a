import { join } from "node:path";
import { isDriverError, type Logger } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { removeDirectory } from "../files/atomic-file.js";
import { withLock } from "../files/lock.js";
import type { Settings } from "../settings.js";
import type { InstallStep } from "./install.js";
import { definitionIn, loadReceipt } from "./load.js";
import type { LoadedDriver } from "./loaded-driver.js";
import { missingDefinition, missingError } from "./missing.js";
import { type Receipt, Receipts } from "./receipts.js";
import { findHostSdk, type HostSdk } from "./sdk-link.js";
import { findShipped, type ShippedDriver, shippedDrivers } from "./shipped.js";
import { type DriverSource, formatSource, parseSource } from "./source.js";
import { type Ask, unknownName } from "./trust.js";

/** What {@link Drivers} works with. */
export interface DriversOptions {
  /** The folder of installed drivers. It is made when needed. */
  readonly directory: string;
  /** Read when something is installed. */
  readonly settings: () => Promise<Settings>;
  /** Tokens, npm's settings and git's are taken from it. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What `./folder` is relative to. */
  readonly cwd: string;
  /** Absent without a terminal. */
  readonly ask?: Ask | undefined;
  /** Told before each step of an installation, for a live display. */
  readonly onStep?: (step: InstallStep) => void;
}

/** A driver in the list of what is there. */
export interface InstalledDriver {
  readonly name: string;
  readonly kind: "shipped" | "installed" | "linked";
  readonly version: string;
  readonly source: string;
  /** Absent for a shipped one. */
  readonly receipt?: Receipt;
}

/** What a machine remembers of its driver. */
export interface DriverReference {
  readonly driverName: string;
  /** The canonical source; absent in a machine of the Go program's. */
  readonly driverSource?: string;
}

/** All that is known of one driver. */
export interface DriverDetails extends InstalledDriver {
  /** Loaded, or the stand-in whose summary says why it can't be. */
  readonly loaded: LoadedDriver;
}

/** From what a user typed after `-d`, or what a machine remembers, to a loaded driver. */
export class Drivers {
  readonly #options: DriversOptions;
  readonly #receipts: Receipts;
  /** By what machines remember of their driver: `ls` asks for the same one hundreds of times. */
  readonly #ofMachines = new Map<string, Promise<LoadedDriver>>();
  #sdk: Promise<HostSdk> | undefined;

  constructor(options: DriversOptions) {
    this.#options = options;
    this.#receipts = new Receipts(options.directory);
  }

  /**
   * The driver that the user typed: shipped, installed, or installed now, which is said through the log. What is installed from the same source is used as it is, without network.
   *
   * @throws {MachineError} one of the codes under "Drivers" in docs/errors.md
   */
  async obtain(typed: string): Promise<LoadedDriver> {
    const source = parseSource(typed, this.#options.cwd);
    const present = await this.#find(source);
    if (present !== undefined) return present;
    this.#refuseUnasked(source);
    return this.#load(await this.#install(source, "unless-present"));
  }

  /** The driver of an existing machine. One that is gone, damaged or doesn't fit gets a stand-in whose every operation says so. */
  async forMachine(reference: DriverReference): Promise<LoadedDriver> {
    const key = JSON.stringify([reference.driverName, reference.driverSource]);
    const loading = this.#ofMachines.get(key) ?? this.#loadForMachine(reference);
    this.#ofMachines.set(key, loading);
    return loading;
  }

  async #loadForMachine({ driverName: name, driverSource: source }: DriverReference): Promise<LoadedDriver> {
    const shipped = findShipped(name);
    if (shipped !== undefined) return this.#loadShipped(shipped);
    const receipt = await this.#receipts.find(name);
    try {
      if (receipt !== undefined) return await this.#load(receipt);
    } catch (error) {
      if (!isDriverError(error)) throw error;
      return standIn(name, source, asMachineError(error));
    }
    return standIn(name, source);
  }

  /**
   * Installs a driver, or its newer version; what is already the newest stays.
   *
   * @throws {MachineError} one of the codes under "Drivers" in docs/errors.md
   */
  async install(typed: string): Promise<Receipt> {
    const source = parseSource(typed, this.#options.cwd);
    if (source.kind === "name") {
      const receipt = await this.#receipts.find(source.name);
      if (findShipped(source.name) !== undefined) throw shippedAlready(source.name);
      if (receipt !== undefined) return this.#install(parseSource(receipt.source, "/"), "always");
    }
    this.#refuseUnasked(source);
    return this.#install(source, "always");
  }

  /** Shipped and installed drivers, by name. */
  async list(): Promise<readonly InstalledDriver[]> {
    const shipped = shippedDrivers().map(describeShipped);
    const installed = (await this.#receipts.all()).map(describeReceipt);
    return [...shipped, ...installed].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * One shipped or installed driver, loaded.
   *
   * @throws {MachineError} `DRIVER_MISSING`
   */
  async describe(name: string): Promise<DriverDetails> {
    const entry = (await this.list()).find((each) => each.name === name);
    if (entry === undefined) throw missingError({ name, source: undefined });
    return { ...entry, loaded: await this.forMachine({ driverName: name, driverSource: entry.source }) };
  }

  /**
   * Removes an installed driver. Whether machines still use it is for the caller to check.
   *
   * @throws {MachineError} `DRIVER_MISSING`, `DRIVER_SHIPPED`
   */
  async uninstall(name: string): Promise<void> {
    if (findShipped(name) !== undefined)
      throw new MachineError("DRIVER_SHIPPED", `The driver "${name}" is part of docker-machine and can't be uninstalled.`);
    await this.#locked(async () => {
      const receipt = await this.#receipts.find(name);
      if (receipt === undefined) throw missingError({ name, source: undefined });
      // The receipt goes first: a folder without one is not installed, and is swept away later if this process dies here.
      await this.#receipts.delete(name);
      if (!receipt.linked) await removeDirectory(join(this.#options.directory, name));
    });
  }

  async #find(source: DriverSource): Promise<LoadedDriver | undefined> {
    if (source.kind === "name") {
      const shipped = findShipped(source.name);
      if (shipped !== undefined) return this.#loadShipped(shipped);
    }
    const receipt = await this.#receiptOf(source);
    return receipt === undefined ? undefined : this.#load(receipt);
  }

  async #receiptOf(source: DriverSource): Promise<Receipt | undefined> {
    const text = formatSource(source);
    const receipts = await this.#receipts.all();
    return receipts.find((receipt) => (source.kind === "name" ? receipt.name === source.name : receipt.source === text));
  }

  /** Without anybody to ask, a short name is refused before any network is used. */
  #refuseUnasked(source: DriverSource): void {
    if (source.kind === "name" && this.#options.ask === undefined) throw unknownName(source.name);
  }

  async #install(source: DriverSource, when: "always" | "unless-present"): Promise<Receipt> {
    const { ask, onStep = () => undefined, log, ...others } = this.#options;
    return this.#locked(async () => {
      // Another process may have installed it while this one waited for the lock.
      const present = when === "unless-present" ? await this.#receiptOf(source) : undefined;
      if (present !== undefined) return present;
      const { installDriver } = await import("./install.js");
      const { receipt, isNew } = await installDriver(source, {
        ...others,
        settings: await this.#options.settings(),
        log,
        ask,
        onStep,
        receipts: this.#receipts,
        sdk: await this.#hostSdk(),
      });
      log.info(
        isNew
          ? describeInstallation(receipt)
          : `The driver "${receipt.name}" ${receipt.version} from ${receipt.source} is installed already.`,
      );
      return receipt;
    });
  }

  async #locked<T>(action: () => Promise<T>): Promise<T> {
    const { directory, signal, log } = this.#options;
    const options = { subject: "the installed drivers", signal, onWait: (message: string) => log.info(message) };
    return withLock(join(directory, ".lock"), options, action).finally(() => this.#ofMachines.clear());
  }

  async #load(receipt: Receipt): Promise<LoadedDriver> {
    return loadReceipt(receipt, { directory: this.#options.directory, sdk: await this.#hostSdk() });
  }

  async #loadShipped(driver: ShippedDriver): Promise<LoadedDriver> {
    const { name } = driver;
    const definition = definitionIn(await driver.load(), { name, source: name });
    return { definition, name, source: name, version: driver.version, kind: "shipped" };
  }

  #hostSdk(): Promise<HostSdk> {
    this.#sdk ??= findHostSdk();
    return this.#sdk;
  }
}

function standIn(name: string, source: string | undefined, cause?: MachineError): LoadedDriver {
  const definition = missingDefinition({ name, source, ...(cause === undefined ? {} : { cause }) });
  return { definition, name, source: source ?? name, version: "", kind: "missing" };
}

function asMachineError(error: unknown): MachineError {
  if (error instanceof MachineError) return error;
  throw error;
}

function describeShipped({ name, version }: ShippedDriver): InstalledDriver {
  return { name, kind: "shipped", version, source: name };
}

function describeReceipt(receipt: Receipt): InstalledDriver {
  const { name, version, source, linked } = receipt;
  return { name, kind: linked ? "linked" : "installed", version, source, receipt };
}

function describeInstallation({ name, version, source, commit, treeHash, fileCount, sizeBytes, linked, folder }: Receipt): string {
  if (linked) return `Linked the driver "${name}" ${version}: it is used in place, from ${folder}.`;
  const from = commit === undefined ? source : `${source}, commit ${commit}`;
  const size = sizeBytes < 1_000_000 ? `${Math.ceil(sizeBytes / 1000)} kB` : `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
  return `Installed the driver "${name}" ${version} from ${from} (sha256 ${treeHash}, ${fileCount} files, ${size}). No install scripts were run.`;
}

function shippedAlready(name: string): MachineError {
  return new MachineError("DRIVER_SHIPPED", `The driver "${name}" is part of docker-machine and needs no installing.`, {
    suggestions: [`docker-machine create -d ${name} MACHINE`],
  });
}
