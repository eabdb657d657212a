import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DriverError, isDriverError, throwIfAborted } from "@docker-machine/driver-sdk";
import type { CloudImage, ImageHost } from "./cloud-image.js";
import { downloadFile, PACING } from "./download/download-file.js";
import type { Pacing } from "./download/file-fetcher.js";
import { type CachedImage, ImageCache } from "./image-cache.js";
import type { Digest, DownloadImage } from "./image-source.js";
import { shownUrl } from "./image-url.js";
import { newestDigest } from "./newest-build.js";

/** Others wait for as long as a slow line needs: interrupting them is the user's. */
const LOCK_TIMEOUT_MS = 24 * 60 * 60 * 1000;

/** An image whose checksum is known. */
type VerifiableImage = DownloadImage & { readonly digest: Digest };

/**
 * Fetches and verifies an image, or takes it from the cache.
 *
 * @throws {DriverError} `IMAGE_…`, `OPERATION_ABORTED`, `LOCK_TIMEOUT`
 */
export async function obtainDownload(image: DownloadImage, host: ImageHost, pacing: Pacing = PACING): Promise<CloudImage> {
  if (image.caveat !== undefined) host.log.warn(image.caveat);
  const cache = new ImageCache(join(host.cacheDirectory, "images"), host);
  if (!isVerifiable(image)) throw await digestMissing(image, cache, host, pacing);
  try {
    return await obtainPinned(image, cache, host, pacing);
  } catch (error) {
    throwIfAborted(host.signal);
    if (image.newest === undefined || !isDriverError(error) || error.code !== "IMAGE_GONE") throw error;
    const digest = await newestDigest(image.newest, host, pacing);
    host.log.info(
      `The build of ${image.name} that was expected is gone: ${shownUrl(image.urls[0])}. Taking the newest one, ${digest}, which its publisher signed.`,
    );
    return await obtainPinned({ ...image, urls: [image.newest.url], digest }, cache, host, pacing);
  }
}

async function obtainPinned(image: VerifiableImage, cache: ImageCache, host: ImageHost, pacing: Pacing): Promise<CloudImage> {
  const { name, urls, digest, defaultUser } = image;
  const origin = { name, url: shownUrl(urls[0]) };
  const fetched = async (): Promise<CachedImage> => {
    const kept = await cache.find(digest, origin);
    if (kept !== undefined) return kept;
    host.log.info(`Downloading the image ${name} from ${origin.url}`);
    const path = cache.partialPath(digest);
    await removedIfWrong(path, () => downloadFile({ name, urls, digest, path }, host, pacing));
    return await cache.adopt(path, digest, origin);
  };
  const { path, format } = (await cache.untouched(digest)) ?? (await locked(host, cache, name, digest.split(":")[1] ?? "", fetched));
  return { path, format, name, digest, ...(defaultUser === undefined ? {} : { defaultUser }) };
}

/** What is not what it must be serves no one. */
async function removedIfWrong<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (isDriverError(error) && error.code === "IMAGE_DIGEST_MISMATCH") {
      await rm(path, { force: true });
      await rm(`${path}.json`, { force: true });
    }
    throw error;
  }
}

/** Fetches an image that nothing vouches for, to tell its checksum. It is kept, but used only when the user has named the checksum. */
async function digestMissing(image: DownloadImage, cache: ImageCache, host: ImageHost, pacing: Pacing): Promise<DriverError> {
  const { name, urls } = image;
  const [url] = urls;
  const key = createHash("sha256").update(url).digest("hex");
  const digest = await locked(host, cache, name, key, async () => {
    const path = join(cache.directory, `url-${key.slice(0, 32)}.part`);
    host.log.info(`Downloading the image ${name} to tell its checksum`);
    const found = await downloadFile({ name, urls, path }, host, pacing);
    await cache.adopt(path, found, { name, url: shownUrl(url) });
    return found;
  });
  const [algorithm, hex] = digest.split(":");
  return new DriverError(
    "IMAGE_DIGEST_MISSING",
    `The image ${name} was fetched, but not used: nothing tells whether it is what its publisher made. Its checksum is ${digest}.`,
    {
      suggestions: [
        `Compare the checksum with the publisher's list. If it is there, add it to the URL: ${name}#${algorithm}=${hex}`,
        "It is not fetched again then.",
      ],
    },
  );
}

async function locked<T>(host: ImageHost, cache: ImageCache, name: string, key: string, action: () => Promise<T>): Promise<T> {
  await mkdir(cache.directory, { recursive: true, mode: 0o700 });
  return await host.withLock(`cloud-image-${key.slice(0, 12)}`, { subject: `the image ${name}`, timeoutMs: LOCK_TIMEOUT_MS }, action);
}

function isVerifiable(image: DownloadImage): image is VerifiableImage {
  return image.digest !== undefined;
}
