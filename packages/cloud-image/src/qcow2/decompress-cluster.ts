import { promisify } from "node:util";
import { constants, inflateRaw, zstdDecompress } from "node:zlib";
import { damaged } from "./image-errors.js";
import type { Compression } from "./qcow2-header.js";
import { zstdFrameBytes } from "./zstd-frame.js";

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);
const unpackZstd = promisify<Buffer, { maxOutputLength: number; params: Record<number, number> }, Buffer>(zstdDecompress);

/** No frame asks for more memory than 2^23 bytes: a cluster has 2^21 at most. */
const ZSTD_PARAMETERS = { [constants.ZSTD_d_windowLogMax]: 23 };

/** A compressed cluster: where it lies in the file, for messages, and the bytes there, which may hold others behind it. */
export interface CompressedCluster {
  readonly data: Buffer;
  readonly fileOffset: number;
  readonly clusterBytes: number;
  readonly compression: Compression;
}

/**
 * A cluster's content.
 *
 * @throws {DriverError} `IMAGE_DAMAGED` if it isn't exactly one cluster
 */
export async function decompressCluster(cluster: CompressedCluster, name: string): Promise<Buffer> {
  const { clusterBytes, compression, fileOffset } = cluster;
  const problem = `the compressed cluster at ${fileOffset} can't be read`;
  let content: Buffer;
  try {
    content = await (compression === "zstd" ? zstdContent(cluster) : inflate(cluster.data, { maxOutputLength: clusterBytes }));
  } catch (cause) {
    throw damaged(name, problem, cause);
  }
  if (content.length !== clusterBytes) throw damaged(name, problem);
  return content;
}

async function zstdContent({ clusterBytes, data }: CompressedCluster): Promise<Buffer> {
  const frame = data.subarray(0, zstdFrameBytes(data) ?? data.length);
  return unpackZstd(frame, { maxOutputLength: clusterBytes, params: ZSTD_PARAMETERS });
}
