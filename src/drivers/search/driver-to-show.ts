import { isDriverName } from "@docker-machine/driver-sdk";
import type { InstallWishes } from "../candidate.js";
import type { DriverDetails, Drivers } from "../drivers.js";
import { formatSource, parseSource } from "../source/source.js";
import { type AvailableDriver, availableDriver } from "./available-driver.js";
import type { DriverCatalog } from "./driver-catalog.js";

/** What {@link driverToShow} works with. */
export interface ShowContext {
  readonly drivers: Drivers;
  readonly catalog: () => Promise<DriverCatalog>;
  /** What `./folder` is relative to. */
  readonly cwd: string;
  readonly wishes?: InstallWishes;
}

/**
 * The driver that a name or source means: one that is shipped or installed, else one that could be. A name that is neither there nor in the index is not looked for: it could be a typo.
 *
 * @throws {MachineError} `DRIVER_MISSING`, and one of the codes under "Drivers" in docs/errors.md
 */
export async function driverToShow(
  typed: string,
  { drivers, catalog, cwd, wishes }: ShowContext,
): Promise<DriverDetails | AvailableDriver> {
  const wanted = formatSource(parseSource(typed, cwd));
  const present = (await drivers.list()).find(({ name, source }) => name === typed || source === wanted);
  if (present !== undefined) return drivers.describe(present.name);
  const index = await (await catalog()).index();
  if (isDriverName(typed) && index.find(typed) === undefined) return drivers.describe(typed);
  return availableDriver(typed, { drivers, index, wishes });
}
