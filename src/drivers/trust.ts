import { MachineError } from "../errors.js";
import type { Gate } from "./candidate.js";
import { packageOfName } from "./resolve.js";
import { shippedDrivers } from "./shipped.js";

/** Asks the user a yes-or-no question. */
export type Ask = (question: string) => Promise<boolean>;

/**
 * The gate for a package that a short name stands for: it could be a typo, so it is asked about. Any other source was typed, which is consent to it.
 *
 * @returns a gate that throws `DRIVER_NOT_TRUSTED`
 */
export function shortNameGate(ask: Ask | undefined): Gate {
  return async ({ typedName, package: packageName, version }, wishes) => {
    if (typedName === undefined || wishes.yes === true) return;
    if (ask === undefined) throw unknownName(typedName);
    if (await ask(`There is no driver "${typedName}" here. Install the package ${packageName} ${version} from npm?`)) return;
    throw new MachineError("DRIVER_NOT_TRUSTED", `The driver "${typedName}" was not installed.`, {
      suggestions: suggestionsFor(typedName),
    });
  };
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
