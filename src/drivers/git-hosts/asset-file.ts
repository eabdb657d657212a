import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MachineError } from "../../errors.js";
import { PRIVATE_FILE_MODE, unwritable } from "../../files/atomic-file.js";
import type { ReleaseAsset } from "./git-host-api.js";
import type { HttpAnswer } from "./http-client.js";

/** Bytes of an asset at most, if the host doesn't tell how many it has. Go plugins have a tenth of it. */
const MAX_ASSET_BYTES = 1024 * 1024 * 1024;

/**
 * Writes the body of an answer to a private file, and no more of it than the asset has. On failure there is no file.
 *
 * @throws {MachineError} `SOURCE_INTEGRITY` if the length isn't the asset's, `SOURCE_ANSWER_INVALID` for a web page, `FILE_UNWRITABLE`
 * @throws an error of the connection
 */
export async function saveBody({ body, header }: HttpAnswer, { name, sizeBytes }: ReleaseAsset, file: string): Promise<void> {
  if (header("content-type")?.startsWith("text/html") === true && !/\.html?$/.test(name)) throw webPage(name);
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > (sizeBytes ?? MAX_ASSET_BYTES)) done(wrongLength(name, `more than ${sizeBytes ?? MAX_ASSET_BYTES} bytes came`));
      else done(null, chunk);
    },
  });
  try {
    await pipeline(body, counted, createWriteStream(file, { mode: PRIVATE_FILE_MODE }));
    if (sizeBytes !== undefined && bytes !== sizeBytes) throw wrongLength(name, `it should have ${sizeBytes} bytes, but ${bytes} came`);
  } catch (error) {
    await rm(file, { force: true });
    throw unwritable(file, error);
  }
}

function webPage(name: string): MachineError {
  return new MachineError("SOURCE_ANSWER_INVALID", `A web page came instead of ${name}.`, {
    suggestions: ["Check whether a proxy or a network's login page answers in the host's place."],
  });
}

function wrongLength(name: string, problem: string): MachineError {
  return new MachineError("SOURCE_INTEGRITY", `What came for ${name} is not what the release says: ${problem}.`, {
    suggestions: ["Try again. If it stays, a proxy or a mirror changes or cuts downloads."],
  });
}
