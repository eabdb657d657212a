import type { FileHandle } from "node:fs/promises";
import { damaged } from "./image-errors.js";
import type { Qcow2Header } from "./qcow2-header.js";

/** A stretch of the guest's disk that has content: where it is for the guest, and where in the file. All in bytes. */
export interface Piece {
  readonly isCompressed: boolean;
  readonly guestOffset: number;
  readonly guestBytes: number;
  readonly fileOffset: number;
  /** At most so many; a compressed piece says it only in sectors, and may end earlier. */
  readonly fileBytes: number;
}

/** An image file that is read. */
export interface ImageFile {
  readonly handle: FileHandle;
  readonly bytes: number;
  /** The image's, for messages. */
  readonly name: string;
}

const ENTRY_BYTES = 8;
const SECTOR_BYTES = 512;
/** Clusters that follow each other are read at once, up to so many bytes. */
const MAX_PIECE_BYTES = 1024 * 1024;
/** Bits 9 to 55 of an entry of either table. */
const OFFSET_MASK = 0x00ff_ffff_ffff_fe00n;
const COMPRESSED = 1n << 62n;
/** Version 3: reads as zeros, whatever was there. */
const ZERO = 1n;

/**
 * All of a qcow2 image that isn't zeros, in the order of the guest's disk. It holds one table in memory.
 * Offsets come from the file, so each is held against the file's size before it is used.
 *
 * @throws {DriverError} `IMAGE_DAMAGED`
 */
export async function* clusterMap(file: ImageFile, header: Qcow2Header): AsyncGenerator<Piece, undefined> {
  const clusterBytes = 2 ** header.clusterBits;
  const guestBytesPerTable = clusterBytes * (clusterBytes / ENTRY_BYTES);
  const first = await readTable(file, header.tableOffset, header.tableEntries * ENTRY_BYTES, clusterBytes);
  let run: Piece | undefined;
  for (let index = 0; index < header.tableEntries; index += 1) {
    const tableOffset = Number(first.readBigUInt64BE(index * ENTRY_BYTES) & OFFSET_MASK);
    if (tableOffset === 0) continue;
    const second = await readTable(file, tableOffset, clusterBytes, clusterBytes);
    for (const piece of piecesOf(second, index * guestBytesPerTable, { file, header })) {
      if (run !== undefined && follows(run, piece)) {
        run = { ...run, guestBytes: run.guestBytes + piece.guestBytes, fileBytes: run.fileBytes + piece.fileBytes };
      } else {
        if (run !== undefined) yield run;
        run = piece;
      }
    }
  }
  if (run !== undefined) yield run;
}

function follows(run: Piece, next: Piece): boolean {
  return (
    !run.isCompressed &&
    !next.isCompressed &&
    run.guestOffset + run.guestBytes === next.guestOffset &&
    run.fileOffset + run.fileBytes === next.fileOffset &&
    run.guestBytes + next.guestBytes <= MAX_PIECE_BYTES
  );
}

interface Image {
  readonly file: ImageFile;
  readonly header: Qcow2Header;
}

function* piecesOf(table: Buffer, guestStart: number, image: Image): Generator<Piece, undefined> {
  const clusterBytes = 2 ** image.header.clusterBits;
  for (let index = 0; index * ENTRY_BYTES < table.length; index += 1) {
    const guestOffset = guestStart + index * clusterBytes;
    if (guestOffset >= image.header.guestBytes) return;
    const entry = table.readBigUInt64BE(index * ENTRY_BYTES);
    const guestBytes = Math.min(clusterBytes, image.header.guestBytes - guestOffset);
    const place = (entry & COMPRESSED) === 0n ? plainPlace(entry, guestBytes, image) : compressedPlace(entry, image);
    if (place !== undefined) yield { ...place, guestOffset, guestBytes };
  }
}

type Place = Omit<Piece, "guestOffset" | "guestBytes">;

function plainPlace(entry: bigint, guestBytes: number, { file, header }: Image): Place | undefined {
  const fileOffset = Number(entry & OFFSET_MASK);
  if (fileOffset === 0 || (header.version === 3 && (entry & ZERO) !== 0n)) return undefined;
  if (fileOffset % 2 ** header.clusterBits !== 0) throw damaged(file.name, `a cluster is said to begin at ${fileOffset}, inside another`);
  checkInside(file, fileOffset, guestBytes);
  return { isCompressed: false, fileOffset, fileBytes: guestBytes };
}

/** The file may end before the last sector that an entry counts: QEMU writes only what the compressor made. */
function compressedPlace(entry: bigint, { file, header }: Image): Place {
  const offsetBits = BigInt(62 - (header.clusterBits - 8));
  const fileOffset = Number(entry & ((1n << offsetBits) - 1n));
  const moreSectors = Number((entry & (COMPRESSED - 1n)) >> offsetBits);
  const fileBytes = (moreSectors + 1) * SECTOR_BYTES - (fileOffset % SECTOR_BYTES);
  checkInside(file, fileOffset, 1);
  return { isCompressed: true, fileOffset, fileBytes: Math.min(fileBytes, file.bytes - fileOffset) };
}

async function readTable(file: ImageFile, offset: number, bytes: number, clusterBytes: number): Promise<Buffer> {
  if (offset % clusterBytes !== 0) throw damaged(file.name, `a table is said to begin at ${offset}, inside a cluster`);
  return readExactly(file, offset, bytes);
}

/**
 * Reads bytes that must be there.
 *
 * @throws {DriverError} `IMAGE_DAMAGED`
 */
export async function readExactly(file: ImageFile, offset: number, bytes: number): Promise<Buffer> {
  checkInside(file, offset, bytes);
  const buffer = Buffer.allocUnsafe(bytes);
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await file.handle.read(buffer, done, bytes - done, offset + done);
    if (bytesRead === 0) throw damaged(file.name, `it became shorter than ${offset + bytes} bytes while it was read`);
    done += bytesRead;
  }
  return buffer;
}

function checkInside({ bytes, name }: ImageFile, offset: number, length: number): void {
  if (offset + length > bytes) throw damaged(name, `a part is said to lie at ${offset}, and it has only ${bytes} bytes`);
}
