/** A cluster of a {@link qcow2File}: `data` as it stands in the file, or an entry as it is. */
export type Cluster = { readonly data: Buffer } | { readonly compressed: Buffer } | { readonly entry: bigint };

/** A small qcow2 file, made from QEMU's docs/interop/qcow2 and not from our reader. `patch` may then spoil it. */
export interface Qcow2File {
  readonly version?: 2 | 3;
  readonly clusterBits?: number;
  readonly guestBytes?: number;
  /** Byte 104: 0 is zlib, 1 zstd. */
  readonly compressionType?: number;
  readonly clusters: readonly Cluster[];
  readonly patch?: (file: Buffer) => void;
}

/** Header, first table, second table, and one cluster for each that has content. */
export function qcow2File({ version = 3, clusterBits = 9, compressionType = 0, clusters, patch, ...more }: Qcow2File): Buffer {
  const clusterBytes = 2 ** clusterBits;
  const guestBytes = more.guestBytes ?? clusters.length * clusterBytes;
  const file = Buffer.alloc(clusterBytes * (3 + clusters.length));
  file.writeUInt32BE(0x514649fb, 0);
  file.writeUInt32BE(version, 4);
  file.writeUInt32BE(clusterBits, 20);
  file.writeBigUInt64BE(BigInt(guestBytes), 24);
  file.writeUInt32BE(1, 36);
  file.writeBigUInt64BE(BigInt(clusterBytes), 40);
  if (version === 3) {
    file.writeBigUInt64BE(compressionType === 0 ? 0n : 8n, 72);
    file.writeUInt32BE(4, 96);
    file.writeUInt32BE(112, 100);
    file.writeUInt8(compressionType, 104);
  }
  file.writeBigUInt64BE(BigInt(2 * clusterBytes) | (1n << 63n), clusterBytes);
  for (const [index, cluster] of clusters.entries()) {
    const offset = (3 + index) * clusterBytes;
    file.writeBigUInt64BE(entryOf(cluster, offset, clusterBits), 2 * clusterBytes + index * 8);
    if ("data" in cluster) cluster.data.copy(file, offset);
    if ("compressed" in cluster) cluster.compressed.copy(file, offset + 3);
  }
  patch?.(file);
  return file;
}

/** Compressed data begins three bytes behind the cluster's beginning: it needs no alignment. */
function entryOf(cluster: Cluster, offset: number, clusterBits: number): bigint {
  if ("entry" in cluster) return cluster.entry;
  if ("data" in cluster) return BigInt(offset) | (1n << 63n);
  const sectors = BigInt(Math.ceil((cluster.compressed.length + 3) / 512) - 1);
  return (1n << 62n) | (sectors << BigInt(62 - (clusterBits - 8))) | BigInt(offset + 3);
}
