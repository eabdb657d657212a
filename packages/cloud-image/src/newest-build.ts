import { posix } from "node:path";
import { digestInList } from "./checksum-list.js";
import type { ImageHost } from "./cloud-image.js";
import { fetchText } from "./download/fetch-text.js";
import type { Pacing } from "./download/file-fetcher.js";
import type { Digest, SignedBuild } from "./image-source.js";
import { verifiedText } from "./openpgp-signature.js";

/**
 * Reads the checksum of a publisher's newest build from the list that the publisher signs.
 *
 * @throws {DriverError} `IMAGE_SIGNATURE_INVALID`, `IMAGE_CHECKSUM_MISSING`, `IMAGE_GONE`, `IMAGE_DOWNLOAD_…`, `OPERATION_ABORTED`
 */
export async function newestDigest(build: SignedBuild, host: ImageHost, pacing: Pacing): Promise<Digest> {
  const { checksumsUrl: name, signatureUrl, publicKey, fingerprint } = build;
  const text = await fetchText(name, host, pacing);
  const signature = signatureUrl === undefined ? {} : { signature: await fetchText(signatureUrl, host, pacing) };
  const list = await verifiedText({ name, text, publicKey, fingerprint, ...signature });
  return digestInList(list, posix.basename(new URL(build.url).pathname), name);
}
