import type { Architecture, GuestHardware } from "./cloud-image.js";
import type { ImageSource } from "./image-source.js";

/** The image of a machine whose user wished for none. */
export const DEFAULT_IMAGE = "debian-13";

/** Which guest the image is for. */
export interface FindImageOptions {
  readonly architecture: Architecture;
  readonly hardware: GuestHardware;
}

/**
 * Reads a wish for an image, without looking at any disk or network.
 *
 * @param wish a name of the catalogue (`debian-13`, `ubuntu`), an URL with its checksum (`https://…#sha256=HEX`), or the path of a file
 * @throws {DriverError} `IMAGE_UNKNOWN`, `IMAGE_ARCHITECTURE_MISSING`, `IMAGE_HARDWARE_UNSUPPORTED`, `IMAGE_URL_INVALID`
 */
export function findImage(_wish: string, _options: FindImageOptions): ImageSource {
  throw new Error("not written yet");
}
