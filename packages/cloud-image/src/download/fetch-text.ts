import { isDriverError, throwIfAborted } from "@docker-machine/driver-sdk";
import type { ImageHost } from "../cloud-image.js";
import { downloadFailed, gone, isCertificateProblem } from "./download-errors.js";
import type { Pacing } from "./file-fetcher.js";
import { HttpConnection } from "./http-connection.js";

/** Ubuntu's lists have some 10 kB. */
const MAX_LENGTH = 1_000_000;

/**
 * Fetches a small text.
 *
 * @throws {DriverError} `IMAGE_GONE`, `IMAGE_DOWNLOAD_FAILED`, `OPERATION_ABORTED`
 */
export async function fetchText(url: string, host: ImageHost, { silenceMs, tries, pauseMs }: Pacing): Promise<string> {
  using connection = new HttpConnection();
  for (let failures = 0; ; ) {
    try {
      return await textAt(connection, url, host.signal, silenceMs);
    } catch (error) {
      throwIfAborted(host.signal);
      failures += 1;
      if (isDriverError(error)) throw error;
      if (isCertificateProblem(error) || failures >= tries) throw downloadFailed("list of checksums", url, error);
      await host.sleep(pauseMs * 2 ** (failures - 1));
    }
  }
}

async function textAt(connection: HttpConnection, url: string, signal: AbortSignal, silenceMs: number): Promise<string> {
  const { status, body } = await connection.get(url, { signal, silenceMs });
  try {
    if (status === 404 || status === 410) throw gone("list of checksums", [url]);
    if (status !== 200) throw new Error(`HTTP ${status}`);
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_LENGTH) throw downloadFailed("list of checksums", url, new Error(`It is longer than ${MAX_LENGTH} bytes.`));
    }
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    body.destroy();
  }
}
