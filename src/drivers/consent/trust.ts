import { MachineError } from "../../errors.js";
import { packageOfName } from "../package-of-name.js";
import { shippedDrivers } from "../shipped.js";

/** Asks the user a yes-or-no question. */
export type Ask = (question: string) => Promise<boolean>;

/** The refusal of a short name when there is nobody to ask. It needs no network. */
export function unknownName(name: string): MachineError {
  return new MachineError(
    "DRIVER_NOT_TRUSTED",
    `There is no driver "${name}": it is neither shipped with docker-machine nor installed, and a short name is not fetched unasked, since it could be a typo.`,
    { suggestions: shortNameAdvice(name) },
  );
}

/** What to type instead of a short name. */
export function shortNameAdvice(name: string): string[] {
  return [
    `If you mean the package of npm: docker-machine driver install npm:${packageOfName(name)}`,
    `Shipped drivers: ${shippedDrivers()
      .map((driver) => driver.name)
      .join(", ")}.`,
  ];
}
