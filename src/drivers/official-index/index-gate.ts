import type { Logger } from "@docker-machine/driver-sdk";
import type { DriverSource } from "../source/source.js";
import { chooseSource, deprecationWarning, refuseWithdrawn } from "./index-choice.js";
import type { OfficialIndex } from "./official-index.js";

/**
 * Loads the index. It is asked for only when a driver is not there yet.
 *
 * @param about with a source, the index may be undefined if it says nothing of that, which takes less time to tell than to read it whole
 */
export interface LoadOfficialIndex {
  (): Promise<OfficialIndex>;
  (about: DriverSource): Promise<OfficialIndex | undefined>;
}

/**
 * What a short name of the index stands for on this computer. Any other source stands for itself.
 *
 * @throws {MachineError} `DRIVER_WITHDRAWN`, `DRIVER_PLANNED`, `DRIVER_PLATFORM_UNSUPPORTED`
 */
export function throughIndex(source: DriverSource, index: OfficialIndex): DriverSource {
  const entry = source.kind === "name" ? index.find(source.name) : undefined;
  if (entry === undefined || entry.delivery === "shipped") return source;
  return chooseSource(entry, { platform: process.platform, architecture: process.arch }).source;
}

/**
 * Judges a package or repository by what the index says of it, under whatever name it was asked for. What is deprecated is warned of.
 *
 * @throws {MachineError} `DRIVER_WITHDRAWN`
 */
export function judgeByIndex(source: DriverSource, index: OfficialIndex | undefined, log: Logger): void {
  const entry = index?.findBySource(source);
  if (entry === undefined) return;
  refuseWithdrawn(entry);
  const warning = deprecationWarning(entry);
  if (warning !== undefined) log.warn(warning);
}
