import type { OptionSpecs, OptionValues } from "@docker-machine/driver-sdk";
import { hostOfUrl } from "./host-of-url.js";

/** The options of the driver `none`. */
export const noneOptions = {
  url: { type: "string", flag: "url", usage: "URL of host when no driver is selected", required: true },
} as const satisfies OptionSpecs;

/**
 * Checks the URL's form.
 *
 * @throws {DriverError} `OPTION_INVALID`
 */
export function checkNoneOptions({ url }: OptionValues<typeof noneOptions>): void {
  hostOfUrl(url);
}
