import { damaged, unsupported } from "./image-errors.js";

/** How compressed clusters are compressed. `deflate` is without zlib's header. */
export type Compression = "deflate" | "zstd";

/** What a qcow2 file says of itself, as far as reading it needs. Sizes and offsets in bytes. */
export interface Qcow2Header {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  readonly guestBytes: number;
  /** The first table; its entries lead to the second ones. */
  readonly tableOffset: number;
  readonly tableEntries: number;
  readonly compression: Compression;
}

/** As much of a file's beginning as {@link parseQcow2Header} looks at. */
export const HEADER_BYTES = 112;

const MAGIC = 0x514649fb;
/** The limits of QEMU's own reader (docs/interop/qcow2, "Header"): clusters of 512 bytes to 2 MiB, a first table of 32 MiB. */
const MIN_CLUSTER_BITS = 9;
const MAX_CLUSTER_BITS = 21;
const MAX_TABLE_BYTES = 32 * 1024 * 1024;
const ENTRY_BITS = 3;

/** Incompatible features, by bit. A dirty image may be read: what isn't up to date is who uses a cluster, which only writers ask. */
const DIRTY = 1n << 0n;
const COMPRESSION_TYPE = 1n << 3n;
const REFUSED: readonly (readonly [bigint, string])[] = [
  [1n << 2n, "keeps its data in another file"],
  [1n << 4n, "has extended L2 entries"],
];
const CORRUPT = 1n << 1n;

/**
 * Reads the header of a qcow2 image of version 2 or 3, by QEMU's docs/interop/qcow2.
 *
 * @param head the file's first {@link HEADER_BYTES}, or fewer if it is shorter
 * @param name the image's, for messages
 * @throws {DriverError} `IMAGE_DAMAGED`, `IMAGE_FORMAT_UNSUPPORTED`
 */
export function parseQcow2Header(head: Buffer, name: string): Qcow2Header {
  if (head.length < 72 || head.readUInt32BE(0) !== MAGIC) throw damaged(name, "it doesn't begin as a qcow2 file does");
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw unsupported(name, `is of version ${version} of qcow2`);
  if (head.readBigUInt64BE(8) !== 0n) throw unsupported(name, "needs a backing file");
  if (head.readUInt32BE(32) !== 0) throw unsupported(name, "is encrypted");
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < MIN_CLUSTER_BITS || clusterBits > MAX_CLUSTER_BITS) throw damaged(name, `its clusters have 2^${clusterBits} bytes`);
  const header = {
    version,
    clusterBits,
    guestBytes: safeNumber(head.readBigUInt64BE(24), name),
    tableOffset: safeNumber(head.readBigUInt64BE(40), name),
    compression: version === 3 ? checkedFeatures(head, name) : "deflate",
  } as const;
  return { ...header, tableEntries: checkedTable(header, head.readUInt32BE(36), name) };
}

/** How many entries the disk's size needs; the table may be longer, for instance after it was made smaller. */
function checkedTable({ clusterBits, guestBytes }: Pick<Qcow2Header, "clusterBits" | "guestBytes">, present: number, name: string): number {
  const needed = Math.ceil(guestBytes / 2 ** (2 * clusterBits - ENTRY_BITS));
  if (needed * 2 ** ENTRY_BITS > MAX_TABLE_BYTES) throw unsupported(name, `is a disk of ${guestBytes} bytes`);
  if (present < needed) throw damaged(name, `its table has ${present} entries, and a disk of ${guestBytes} bytes needs ${needed}`);
  return needed;
}

function checkedFeatures(head: Buffer, name: string): Compression {
  if (head.length < 104) throw damaged(name, "its header is cut off");
  const features = head.readBigUInt64BE(72);
  for (const [bit, problem] of REFUSED) if ((features & bit) !== 0n) throw unsupported(name, problem);
  if ((features & CORRUPT) !== 0n) throw damaged(name, "it is marked so itself");
  const unknown = features & ~(DIRTY | COMPRESSION_TYPE);
  if (unknown !== 0n) throw unsupported(name, `has features of a newer QEMU (0x${unknown.toString(16)})`);
  const type = head.readUInt32BE(100) >= 112 && head.length >= 105 ? head.readUInt8(104) : 0;
  if (type !== 0 && type !== 1) throw unsupported(name, `is compressed in a way of a newer QEMU (${type})`);
  return type === 1 ? "zstd" : "deflate";
}

function safeNumber(value: bigint, name: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(name, `its header has the number ${value}`);
  return Number(value);
}
