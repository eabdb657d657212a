import { dirname } from "node:path";
import { throwIfAborted } from "@docker-machine/driver-sdk";
import type { ImageHost } from "../cloud-image.js";
import type { Digest } from "../image-source.js";
import { diskFull } from "./disk-space.js";
import type { Download } from "./download.js";
import { wrongDigest } from "./download-errors.js";
import { FileFetcher, type Pacing } from "./file-fetcher.js";
import { HttpConnection } from "./http-connection.js";
import { PartialFile } from "./partial-file.js";

/** The patience of all downloads outside tests: some two minutes of silence and pauses until an address is given up. */
export const PACING: Pacing = { silenceMs: 60_000, tries: 6, pauseMs: 1000 };

/**
 * Fetches a file, and verifies it. An earlier, interrupted download goes on where it ended.
 *
 * @returns the checksum of the whole file, which is on the disk
 * @throws {DriverError} `IMAGE_GONE`, `IMAGE_DOWNLOAD_REFUSED`, `IMAGE_DOWNLOAD_FAILED`, `IMAGE_DIGEST_MISMATCH`, `IMAGE_DISK_FULL`, `OPERATION_ABORTED`;
 *   what has come by then is kept, unless it is wrong
 */
export async function downloadFile(download: Download, host: ImageHost, pacing: Pacing = PACING): Promise<Digest> {
  const { name, path, digest } = download;
  const algorithm = digest?.startsWith("sha512:") === true ? "sha512" : "sha256";
  await using partial = await PartialFile.open(path, algorithm);
  const digestNow = (): Digest => `${algorithm}:${partial.digest()}`;
  try {
    if (digestNow() !== digest) {
      using connection = new HttpConnection();
      const fetcher = new FileFetcher({ download, host, pacing, connection, partial });
      let url = await fetcher.fetch();
      if (digest !== undefined && digestNow() !== digest && fetcher.isPatchwork) {
        host.log.debug(`The parts of ${name} that came at different times don't fit together. Fetching it in one.`);
        await partial.startAgain();
        url = await fetcher.fetch();
      }
      if (digest !== undefined && digestNow() !== digest) throw wrongDigest(name, url, digest, digestNow());
    }
    await partial.sync();
    return digestNow();
  } catch (error) {
    throwIfAborted(host.signal);
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw diskFull(name, dirname(path), "has no more room", error);
  }
}
