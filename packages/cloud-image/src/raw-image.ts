import type { CloudImage, ImageHost } from "./cloud-image.js";

/**
 * The same image as a raw, sparse file, kept in the cache for all machines. A raw image is returned as it is.
 *
 * @throws {DriverError} `IMAGE_FORMAT_UNSUPPORTED`, `IMAGE_DAMAGED`, `OPERATION_ABORTED`, `LOCK_TIMEOUT`
 */
export async function rawImage(_image: CloudImage, _host: ImageHost): Promise<CloudImage> {
  throw new Error("not written yet");
}
