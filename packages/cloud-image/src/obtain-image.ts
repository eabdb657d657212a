import type { CloudImage, ImageHost } from "./cloud-image.js";
import type { ImageSource } from "./image-source.js";

/**
 * Brings an image onto this computer: fetches and verifies it, or takes it from the cache; a file of the user's own is only looked at.
 * Processes that want the same image at the same time fetch it once, and an interrupted download goes on where it ended.
 *
 * @throws {DriverError} `IMAGE_…` (see `docs/errors.md`), `OPERATION_ABORTED`, `LOCK_TIMEOUT`
 */
export async function obtainImage(_source: ImageSource, _host: ImageHost): Promise<CloudImage> {
  throw new Error("not written yet");
}
