import { isDriverName } from "@docker-machine/driver-sdk";
import { MachineError } from "../../errors.js";
import { plainLine } from "../plain-line.js";
import { isShippedName } from "../shipped.js";
import { PROGRAM_PREFIX } from "./asset-names.js";

/**
 * The name of a program's driver, checked as that of a package's.
 *
 * @param subject the canonical source with the program's name, for messages
 * @throws {MachineError} `PROGRAM_NAME_INVALID`, `DRIVER_NAME_RESERVED`
 */
export function checkProgramName(name: string, subject: string): string {
  if (!isDriverName(name)) {
    throw new MachineError(
      "PROGRAM_NAME_INVALID",
      `${subject} can't be used as a driver: its program's name gives ${JSON.stringify(name)} as the driver's, but that is lower case letters, digits and dashes, starting with a letter.`,
      { suggestions: [`For its author: call the program ${PROGRAM_PREFIX}NAME.`] },
    );
  }
  if (!isShippedName(name)) return name;
  throw new MachineError(
    "DRIVER_NAME_RESERVED",
    `${subject} calls its driver "${name}", which is the name of a driver shipped with docker-machine.`,
    {
      suggestions: [
        `To use docker-machine's own: docker-machine create -d ${name} MACHINE`,
        `For its author: choose another name, such as "my-${name}".`,
      ],
    },
  );
}

/** What every use of an installed Go plugin comes to, but for listing, updating and removing it. */
export function programError({ name, source }: { readonly name: string; readonly source: string }): MachineError {
  return new MachineError(
    "DRIVER_IS_PROGRAM",
    `The driver "${name}" (${source}) is a Go plugin, a program of its own. This version of docker-machine installs such programs, but can't run them yet.`,
    {
      suggestions: [
        "docker-machine driver list shows the drivers that can be used.",
        "Its machines can still be managed with the Go program of docker-machine.",
      ],
    },
  );
}

/** Names for people, not more than they want to read. */
export function listed(names: readonly string[]): string {
  return `${plainLine(names.slice(0, 20).join(", ")) || "nothing"}${names.length > 20 ? `, and ${names.length - 20} more` : ""}`;
}
