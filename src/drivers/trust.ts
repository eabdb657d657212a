import { MachineError } from "../errors.js";
import type { DriverManifest } from "./manifest.js";
import { packageOfName } from "./resolve.js";
import { shippedDrivers } from "./shipped.js";
import type { DriverSource } from "./source.js";

/** Asks the user a yes-or-no question. */
export type Ask = (question: string) => Promise<boolean>;

/**
 * The gate before a driver's tree is installed. Having typed a source is consent to it; a short name that could be a typo is asked about.
 *
 * @throws {MachineError} `DRIVER_NOT_TRUSTED`
 */
export async function checkTrust(source: DriverSource, manifest: DriverManifest, ask: Ask | undefined): Promise<void> {
  if (source.kind !== "name") return;
  if (ask === undefined) throw unknownName(source.name);
  const question = `There is no driver "${source.name}" here. Install the package ${manifest.package} ${manifest.version} from npm?`;
  if (await ask(question)) return;
  throw new MachineError("DRIVER_NOT_TRUSTED", `The driver "${source.name}" was not installed.`, {
    suggestions: suggestionsFor(source.name),
  });
}

/** The refusal of a short name when there is nobody to ask. It needs no network. */
export function unknownName(name: string): MachineError {
  return new MachineError(
    "DRIVER_NOT_TRUSTED",
    `There is no driver "${name}": it is neither shipped with docker-machine nor installed, and a short name is not fetched unasked, since it could be a typo.`,
    { suggestions: suggestionsFor(name) },
  );
}

function suggestionsFor(name: string): string[] {
  return [
    `If you mean the package of npm: docker-machine driver install npm:${packageOfName(name)}`,
    `Shipped drivers: ${shippedDrivers()
      .map((driver) => driver.name)
      .join(", ")}.`,
  ];
}
