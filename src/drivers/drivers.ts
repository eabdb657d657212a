import { join } from "node:path";
import { removeDirectory } from "../files/atomic-file.js";
import { withLock } from "../files/lock.js";
import type { Settings } from "../settings.js";
import type { Gate, InstallWishes } from "./candidate.js";
import { unknownName } from "./consent/trust.js";
import { describeInstallation, describePresent } from "./describe-installation.js";
import { DriverLoader, type DriverReference } from "./driver-loader.js";
import type { DriversOptions } from "./drivers-options.js";
import type { FoundDriver } from "./find-driver.js";
import type { GitHosts } from "./git-hosts/git-hosts.js";
import { describeReceipt, describeShipped, type InstalledDriver } from "./installed-driver.js";
import type { LoadedDriver } from "./loaded-driver.js";
import { missingError } from "./missing.js";
import { loadPolicy } from "./policy/policy-places.js";
import { type Receipt, Receipts } from "./receipts.js";
import { findShipped, shippedAlready, shippedDrivers, shippedStays } from "./shipped.js";
import { type DriverSource, formatSource, parseSource } from "./source/source.js";
import type { DriverUpdate, UpdateContext } from "./updates.js";
import { readTyped } from "./versioned-name.js";

/** All that is known of one driver. */
export interface DriverDetails extends InstalledDriver {
  /** Loaded, or the stand-in whose summary says why it can't be. */
  readonly loaded: LoadedDriver;
}

/** Whether what is there is looked at for a newer version. */
type When = "always" | "unless-present";

/** From what a user typed after `-d`, or what a machine remembers, to a loaded driver. */
export class Drivers {
  readonly #options: DriversOptions;
  readonly #receipts: Receipts;
  readonly #loader: DriverLoader;
  #gitHosts: GitHosts | undefined;

  constructor(options: DriversOptions) {
    this.#options = options;
    this.#receipts = new Receipts(options.directory);
    const { directory, policyPlaces, log } = options;
    this.#loader = new DriverLoader({ directory, receipts: this.#receipts, policyPlaces, log });
  }

  /**
   * The driver that the user typed: shipped, installed, or installed now, which is said through the log. What is installed from the same source is used as it is, without network.
   *
   * @throws {MachineError} one of the codes under "Drivers" in docs/errors.md
   */
  async obtain(typed: string, wishes: InstallWishes = {}): Promise<LoadedDriver> {
    const wanted = await this.#read(typed);
    const isShipped = wanted.kind === "name" && findShipped(wanted.name) !== undefined;
    const ofProject = isShipped ? undefined : await this.#ofProject(wanted, { wishes, when: "unless-present" });
    if (ofProject !== undefined) return this.#loader.installed(ofProject);
    const present = await this.#find(wanted);
    if (present !== undefined) return present;
    const source = await this.#permitted(wanted);
    return this.#loader.installed(await this.#install(source, { wishes, when: "unless-present" }));
  }

  /** The driver of an existing machine. One that is gone, damaged or doesn't fit gets a stand-in whose every operation says so. */
  async forMachine(reference: DriverReference): Promise<LoadedDriver> {
    return this.#loader.forMachine(reference);
  }

  /**
   * Installs a driver, or its newer version; what is already the newest stays. The name of an installed driver means its source, and one that is pinned stays as it is.
   *
   * @throws {MachineError} one of the codes under "Drivers" in docs/errors.md
   */
  async install(typed: string, wishes: InstallWishes = {}): Promise<Receipt> {
    const wanted = await this.#read(typed);
    if (wanted.kind === "name" && findShipped(wanted.name) !== undefined) throw shippedAlready(wanted.name);
    const ofProject = await this.#ofProject(wanted, { wishes, when: "always" });
    if (ofProject !== undefined) return ofProject;
    if (wanted.kind === "name") {
      const receipt = await this.#receipts.find(wanted.name);
      if (receipt !== undefined && (receipt.pinned || wishes.pin === true)) return this.#pin(receipt.name);
      if (receipt !== undefined) return this.#install(parseSource(receipt.source, "/"), { wishes, when: "always" });
    }
    const source = await this.#permitted(wanted);
    return this.#install(source, { wishes, when: "always" });
  }

  /** The driver of the project in the current folder, if it declares that one: project/project-driver.ts. */
  async #ofProject(
    source: DriverSource,
    { wishes, when }: { readonly wishes: InstallWishes; readonly when: When },
  ): Promise<Receipt | undefined> {
    const { directory, log, cwd, env } = this.#options;
    const { openProject } = await import("./project/project.js");
    const project = await openProject({ cwd, env }, log);
    if (project === undefined) return undefined;
    const { projectDriver } = await import("./project/project-driver.js");
    const prepared = <T>(action: (context: UpdateContext) => Promise<T>) => this.prepared(wishes, action);
    return projectDriver(source, project, { directory, log, receipts: this.#receipts, prepared, when });
  }

  /** Keeps an installed driver at its version. */
  async #pin(name: string): Promise<Receipt> {
    return this.#locked(async () => {
      const pinned = { ...(await this.#receipts.get(name)), pinned: true };
      await this.#receipts.put(pinned);
      this.#options.log.info(
        `The driver "${name}" is pinned at ${pinned.version}. To let it go: docker-machine driver install ${pinned.source}`,
      );
      return pinned;
    });
  }

  /**
   * What a source would come to, whether it fits or not, without fetching more than its package.json.
   *
   * @throws {MachineError} as {@link install}
   */
  async preview(typed: string, wishes: InstallWishes = {}): Promise<FoundDriver> {
    const source = await this.#throughIndex(await this.#read(typed));
    return this.prepared(wishes, async (context) => {
      const { inDriversFolder } = await import("./install.js");
      const { findDriver } = await import("./find-driver.js");
      return inDriversFolder(context, (scratch) => findDriver(source, { ...context, scratch, takesUnfit: true }));
    });
  }

  /**
   * Looks for a newer version of one installed driver, or brings it there.
   *
   * @throws {MachineError} one of the codes under "Drivers" in docs/errors.md
   */
  async update(name: string, { dryRun = false, ...wishes }: InstallWishes & { readonly dryRun?: boolean } = {}): Promise<DriverUpdate> {
    if (findShipped(name) !== undefined) throw shippedAlready(name);
    return this.prepared(wishes, async (context) => {
      const { checkUpdate, updateDriver } = await import("./updates.js");
      const receipt = await this.#receipts.get(name);
      return dryRun ? checkUpdate(receipt, context) : updateDriver(receipt, context);
    });
  }

  /**
   * Makes the version before the installed one again.
   *
   * @throws {MachineError} `DRIVER_MISSING`, `DRIVER_NO_PREVIOUS`, `DRIVER_DAMAGED`, `DRIVER_INCOMPATIBLE`
   */
  async rollBack(name: string): Promise<Receipt> {
    return this.prepared({}, async (context) => {
      const { rollBack } = await import("./updates.js");
      return rollBack(name, context);
    });
  }

  /** The names of the drivers that are installed or linked, sorted. */
  async installedNames(): Promise<readonly string[]> {
    return (await this.#receipts.all()).map(({ name }) => name);
  }

  /** Shipped and installed drivers, by name. */
  async list(): Promise<readonly InstalledDriver[]> {
    const shipped = shippedDrivers().map(describeShipped);
    await this.#loader.noticeSdkChange();
    const installed = (await this.#receipts.all()).map(describeReceipt);
    return [...shipped, ...installed].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * One shipped or installed driver, loaded.
   *
   * @throws {MachineError} `DRIVER_MISSING`
   */
  async describe(name: string): Promise<DriverDetails> {
    const canonical = findShipped(name)?.name ?? name;
    const entry = (await this.list()).find((each) => each.name === canonical);
    if (entry === undefined) throw missingError({ name, source: undefined });
    return { ...entry, loaded: await this.forMachine({ driverName: canonical, driverSource: entry.source }) };
  }

  /**
   * Removes an installed driver. Whether machines still use it is for the caller to check.
   *
   * @throws {MachineError} `DRIVER_MISSING`, `DRIVER_SHIPPED`
   */
  async uninstall(name: string): Promise<void> {
    // One that was installed before docker-machine shipped a driver of that name can go.
    if (findShipped(name) !== undefined && (await this.#receipts.find(name)) === undefined) throw shippedStays(name);
    await this.#locked(async () => {
      await this.#receipts.get(name);
      // The receipt goes first: a folder without one is not installed, and is swept away later if this process dies here.
      await this.#receipts.delete(name);
      await removeDirectory(join(this.#options.directory, name));
    });
  }

  async #find(source: DriverSource): Promise<LoadedDriver | undefined> {
    if (source.kind === "name") {
      const shipped = findShipped(source.name);
      if (shipped !== undefined) return this.#loader.shipped(shipped);
    }
    const receipt = await this.#receiptOf(source);
    return receipt === undefined ? undefined : this.#loader.installed(receipt);
  }

  async #receiptOf(source: DriverSource): Promise<Receipt | undefined> {
    const text = formatSource(source);
    const receipts = await this.#receipts.all();
    return receipts.find((receipt) => (source.kind === "name" ? receipt.name === source.name : receipt.source === text));
  }

  async #read(typed: string): Promise<DriverSource> {
    const throughIndex = (source: DriverSource) => this.#throughIndex(source);
    return readTyped(typed, { cwd: this.#options.cwd, receipts: this.#receipts, throughIndex });
  }

  /** What is to be fetched: a short name of the index leads to its source. */
  async #throughIndex(source: DriverSource): Promise<DriverSource> {
    const { officialIndex } = this.#options;
    if (source.kind !== "name" || officialIndex === undefined) return source;
    const { throughIndex } = await import("./official-index/index-gate.js");
    return throughIndex(source, await officialIndex());
  }

  readonly #indexGate: Gate = async ({ source }) => {
    const { officialIndex, log } = this.#options;
    if (officialIndex === undefined) return;
    const { judgeByIndex } = await import("./official-index/index-gate.js");
    judgeByIndex(source, await officialIndex(source), log);
  };

  /** What is to be fetched, if a look at it is enough to tell that it may be. Without anybody to ask, a short name may not. */
  async #permitted(wanted: DriverSource): Promise<DriverSource> {
    const policy = await loadPolicy(this.#options.policyPlaces);
    policy?.checkTyped(wanted);
    const source = await this.#throughIndex(wanted);
    policy?.checkTyped(source);
    if (source.kind === "name" && this.#options.ask === undefined) throw unknownName(source.name);
    return source;
  }

  async #install(source: DriverSource, { wishes, when }: { readonly wishes: InstallWishes; readonly when: When }): Promise<Receipt> {
    return this.prepared(wishes, async (context) => {
      // Another process may have installed it while this one waited for the lock.
      const present = when === "unless-present" ? await this.#receiptOf(source) : undefined;
      if (present !== undefined) return present;
      const { installDriver } = await import("./install.js");
      const { receipt, isNew } = await installDriver(source, context);
      context.log.info(isNew ? describeInstallation(receipt) : describePresent(receipt));
      return receipt;
    });
  }

  /** Runs what changes the drivers' folder, under its lock. */
  async prepared<T>(wishes: InstallWishes, action: (context: UpdateContext) => Promise<T>): Promise<T> {
    const { onStep = () => undefined, ...others } = this.#options;
    return this.#locked(async () => {
      const { installGates } = await import("./install-gates.js");
      const sdk = await this.#loader.sdk();
      const judges = { ...this.#options, wishes, receipts: this.#receipts, indexGate: this.#indexGate, sdkVersion: sdk.version };
      const judged = await installGates(judges);
      const { GitHosts } = await import("./git-hosts/git-hosts.js");
      this.#gitHosts ??= new GitHosts();
      const settings = settingsFor(await this.#options.settings(), wishes);
      return action({ ...others, ...judged, onStep, settings, receipts: this.#receipts, sdk, gitHosts: this.#gitHosts });
    });
  }

  async #locked<T>(action: () => Promise<T>): Promise<T> {
    const { directory, signal, log } = this.#options;
    const options = { subject: "the installed drivers", signal, onWait: (message: string) => log.info(message) };
    return withLock(join(directory, ".lock"), options, action).finally(() => this.#loader.forget());
  }
}

function settingsFor(settings: Settings, { offline }: InstallWishes): Settings {
  return offline === true ? { ...settings, offline } : settings;
}
