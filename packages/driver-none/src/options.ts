import { DriverError, type OptionSpecs, type OptionValues } from "@docker-machine/driver-sdk";
import { hostOfUrl } from "./host-of-url.js";

/** The options of the driver `none`. */
export const noneOptions = {
  // Not `required`: machines of the Go program have no saved options, and must still load.
  url: { type: "string", flag: "url", usage: "URL of host when no driver is selected" },
} as const satisfies OptionSpecs;

/** The checked values of {@link noneOptions}. */
export type NoneOptionValues = OptionValues<typeof noneOptions>;

/**
 * Checks what `create` needs.
 *
 * @throws {DriverError} `OPTION_MISSING`, `OPTION_INVALID`
 */
export function checkNoneOptions({ url }: NoneOptionValues): void {
  if (url === undefined || url === "") {
    throw new DriverError("OPTION_MISSING", "The option --url is required by the driver none.", {
      suggestions: ["Add the Docker host's URL: --url tcp://192.0.2.10:2376"],
    });
  }
  hostOfUrl(url);
}
