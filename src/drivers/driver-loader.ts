import { isDriverError } from "@docker-machine/driver-sdk";
import { MachineError } from "../errors.js";
import { definitionIn, loadReceipt } from "./load.js";
import type { LoadedDriver } from "./loaded-driver.js";
import { missingDefinition } from "./missing.js";
import { checkUse, type PolicyPlaces } from "./policy/policy-places.js";
import type { Receipt, Receipts } from "./receipts.js";
import { findHostSdk, type HostSdk } from "./sdk-link.js";
import { findShipped, type ShippedDriver } from "./shipped.js";

/** What a machine remembers of its driver. */
export interface DriverReference {
  readonly driverName: string;
  /** The canonical source; absent in a machine of the Go program's. */
  readonly driverSource?: string;
}

/** Loads drivers that are there. */
export class DriverLoader {
  readonly #directory: string;
  readonly #receipts: Receipts;
  readonly #policyPlaces: PolicyPlaces | undefined;
  /** By what machines remember of their driver: `ls` asks for the same one hundreds of times. */
  readonly #ofMachines = new Map<string, Promise<LoadedDriver>>();
  #sdk: Promise<HostSdk> | undefined;

  /**
   * @param directory the drivers' folder
   * @param policyPlaces absent: there is no policy
   */
  constructor(directory: string, receipts: Receipts, policyPlaces?: PolicyPlaces) {
    this.#directory = directory;
    this.#receipts = receipts;
    this.#policyPlaces = policyPlaces;
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
   * @throws {MachineError} `DRIVER_INCOMPATIBLE`, `DRIVER_DAMAGED`, `DRIVER_LOAD_FAILED`, `DRIVER_EXPORT_INVALID`, `SDK_LINK_FAILED`, `POLICY_FORBIDS`, `POLICY_INVALID`
   */
  async installed(receipt: Receipt): Promise<LoadedDriver> {
    await checkUse(receipt.source, this.#policyPlaces);
    return loadReceipt(receipt, { directory: this.#directory, sdk: await this.sdk() });
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
