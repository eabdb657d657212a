import { bigEndianText, directoryRecord, type Extent, writeBothEndian16, writeBothEndian32 } from "./directory.js";
import { SECTOR_BYTES } from "./iso-file.js";

/** What a volume descriptor says of the image. */
export interface VolumeDescriptor {
  readonly kind: "primary" | "joliet";
  readonly label: string;
  /** The size of the whole image. */
  readonly sectors: number;
  readonly root: Extent;
  readonly pathTableBytes: number;
  /** Where the path tables lie, with the low and with the high byte first. */
  readonly pathTables: { readonly littleEndian: number; readonly bigEndian: number };
}

/** ECMA-119, 8.4.26.1: 16 digits and the offset from UTC. 1 January 2000, as in the records. */
const FIXED_DATE = Buffer.from("2000010100000000\0", "latin1");
const NO_DATE = Buffer.from("0000000000000000\0", "latin1");

/** A primary volume descriptor (ECMA-119, 8.4), or a supplementary one that says Joliet (8.5, and the Joliet specification's level 3). */
export function volumeDescriptor(volume: VolumeDescriptor): Buffer {
  const { kind, label, pathTables, root } = volume;
  const sector = standardSector(kind === "primary" ? 1 : 2);
  const text = (value: string, start: number, end: number) => textField(kind, value, end - start + 1).copy(sector, start - 1);
  text("", 9, 40);
  text(label, 41, 72);
  writeBothEndian32(sector, volume.sectors, 80);
  // The escape sequence for UCS-2, level 3, which is what marks Joliet.
  if (kind === "joliet") sector.write("%/E", 88, "latin1");
  writeBothEndian16(sector, 1, 120);
  writeBothEndian16(sector, 1, 124);
  writeBothEndian16(sector, SECTOR_BYTES, 128);
  writeBothEndian32(sector, volume.pathTableBytes, 132);
  sector.writeUInt32LE(pathTables.littleEndian, 140);
  sector.writeUInt32BE(pathTables.bigEndian, 148);
  directoryRecord({ identifier: Buffer.of(0), extent: root, isFolder: true, systemUse: Buffer.alloc(0) }).copy(sector, 156);
  for (const [start, end] of TEXT_FIELDS) text("", start, end);
  for (const [index, date] of [FIXED_DATE, FIXED_DATE, NO_DATE, NO_DATE].entries()) date.copy(sector, 813 + index * date.length);
  sector.writeUInt8(1, 881);
  return sector;
}

/** Volume set, publisher, preparer, application, and the names of the copyright, abstract and bibliographic files: none. Positions counted from 1. */
const TEXT_FIELDS: readonly (readonly [number, number])[] = [
  [191, 318],
  [319, 446],
  [447, 574],
  [575, 702],
  [703, 739],
  [740, 776],
  [777, 813],
];

/** Ends the list of descriptors (ECMA-119, 8.3). */
export function descriptorTerminator(): Buffer {
  return standardSector(255);
}

/** The path table of an image with only a root folder (ECMA-119, 9.4), with the low or the high byte first. */
export function pathTable(rootSector: number, order: "littleEndian" | "bigEndian"): Buffer {
  const table = Buffer.alloc(10);
  table.writeUInt8(1, 0);
  if (order === "littleEndian") {
    table.writeUInt32LE(rootSector, 2);
    table.writeUInt16LE(1, 6);
  } else {
    table.writeUInt32BE(rootSector, 2);
    table.writeUInt16BE(1, 6);
  }
  return table;
}

function standardSector(type: number): Buffer {
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector.writeUInt8(type, 0);
  sector.write("CD001", 1, "latin1");
  sector.writeUInt8(1, 6);
  return sector;
}

/** A text of a fixed length, filled with spaces, in the characters of its kind of descriptor. */
function textField(kind: VolumeDescriptor["kind"], value: string, bytes: number): Buffer {
  if (kind === "primary") return Buffer.from(value.padEnd(bytes), "latin1");
  const field = Buffer.alloc(bytes);
  bigEndianText(value.padEnd(Math.floor(bytes / 2))).copy(field);
  return field;
}
