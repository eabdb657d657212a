import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDriverError, type Logger } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { definitionIn, loadReceipt } from "./load.js";
import type { LoadedDriver } from "./loaded-driver.js";
import { missingDefinition } from "./missing.js";
import { checkUse, type PolicyPlaces } from "./policy/policy-places.js";
import type { Receipt, Receipts } from "./receipts.js";
import { findHostSdk, type HostSdk, SDK_NOTE } from "./sdk-link.js";
import { findShipped, type ShippedDriver } from "./shipped.js";

/** What a machine remembers of its driver. */
export interface DriverReference {
  readonly driverName: string;
  /** The canonical source; absent in a machine of the Go program's. */
  readonly driverSource?: string;
}

/** What {@link DriverLoader} works with. */
export interface DriverLoaderOptions {
  /** The drivers' folder. */
  readonly directory: string;
  readonly receipts: Receipts;
  /** Absent: there is no policy. */
  readonly policyPlaces: PolicyPlaces | undefined;
  readonly log: Pick<Logger, "warn">;
}

/** Loads drivers that are there. */
export class DriverLoader {
  readonly #directory: string;
  readonly #receipts: Receipts;
  readonly #policyPlaces: PolicyPlaces | undefined;
  readonly #log: Pick<Logger, "warn">;
  /** By what machines remember of their driver: `ls` asks for the same one hundreds of times. */
  readonly #ofMachines = new Map<string, Promise<LoadedDriver>>();
  #sdk: Promise<HostSdk> | undefined;
  #noticed: Promise<void> | undefined;

  constructor({ directory, receipts, policyPlaces, log }: DriverLoaderOptions) {
    this.#directory = directory;
    this.#receipts = receipts;
    this.#policyPlaces = policyPlaces;
    this.#log = log;
  }

  /** The driver of an existing machine. One that is gone, damaged or doesn't fit gets a stand-in whose every operation says so. */
  forMachine(reference: DriverReference): Promise<LoadedDriver> {
    const key = JSON.stringify([reference.driverName, reference.driverSource]);
    const loading = this.#ofMachines.get(key) ?? this.#loadForMachine(reference);
    this.#ofMachines.set(key, loading);
    return loading;
  }

  /** Drivers may have changed on disk. */
  forget(): void {
    this.#ofMachines.clear();
  }

  /**
   * An installed driver.
   *
   * @throws {MachineError} `DRIVER_INCOMPATIBLE`, `DRIVER_DAMAGED`, `DRIVER_LOAD_FAILED`, `DRIVER_EXPORT_INVALID`, `SDK_LINK_FAILED`, `DRIVER_IS_PROGRAM`, `POLICY_FORBIDS`, `POLICY_INVALID`
   */
  async installed(receipt: Receipt): Promise<LoadedDriver> {
    await checkUse(receipt.source, this.#policyPlaces);
    if (receipt.form === "program") throw await asProgram(receipt);
    await this.noticeSdkChange();
    return loadReceipt(receipt, { directory: this.#directory, sdk: await this.sdk(), log: this.#log });
  }

  /** Says once which drivers an upgrade of this program has left behind. As long as there was none, one small file is read. */
  noticeSdkChange(): Promise<void> {
    this.#noticed ??= this.#noticeSdkChange();
    return this.#noticed;
  }

  async #noticeSdkChange(): Promise<void> {
    const [directory, sdk] = [this.#directory, await this.sdk()];
    if ((await readFile(join(directory, SDK_NOTE), "utf8").catch(() => "")) === sdk.version) return;
    const { noticeSdkChange } = await import("./sdk-change.js");
    await noticeSdkChange({ directory, sdk, receipts: this.#receipts, log: this.#log });
  }

  /** A shipped driver. */
  async shipped(driver: ShippedDriver): Promise<LoadedDriver> {
    const { name } = driver;
    const definition = definitionIn(await driver.load(), { name, source: name });
    return { definition, name, source: name, version: driver.version, kind: "shipped" };
  }

  /** This program's SDK. */
  sdk(): Promise<HostSdk> {
    this.#sdk ??= findHostSdk();
    return this.#sdk;
  }

  async #loadForMachine({ driverName: name, driverSource: source }: DriverReference): Promise<LoadedDriver> {
    const shipped = findShipped(name);
    if (shipped !== undefined) return this.shipped(shipped);
    const receipt = await this.#receipts.find(name);
    try {
      if (receipt !== undefined) return await this.installed(receipt);
    } catch (error) {
      if (!isDriverError(error)) throw error;
      return standIn(name, source, asMachineError(error));
    }
    return standIn(name, source);
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

async function asProgram(receipt: Receipt): Promise<MachineError> {
  const { programError } = await import("./programs/program-errors.js");
  return programError(receipt);
}
