import { type IsoFile, SECTOR_BYTES, sectorsOf } from "./iso-file.js";
import { ROCK_RIDGE_EXTENSION, rockRidgeFile, rockRidgeFolder, rockRidgeRoot } from "./rock-ridge.js";

/** Where something lies in the image. */
export interface Extent {
  readonly sector: number;
  readonly bytes: number;
}

/** An entry of a folder: its names in the three forms. */
export interface Entry {
  readonly file: IsoFile;
  /** As ECMA-119 level 1 allows: `USER0000.;1`. */
  readonly identifier: string;
  readonly extent: Extent;
}

/** One of the two forms in which an image describes the same files. */
export interface DirectoryForm {
  /** The name as bytes. */
  identifier(entry: Entry): Buffer;
  /** What stands in the record's system use area. */
  systemUse(entry: Entry): Buffer;
  /** The same for the folder's own record and that of its parent. */
  systemUseOfFolder(which: "self" | "parent"): Buffer;
}

const nothing = Buffer.alloc(0);

/** ISO 9660 with the names and modes of Rock Ridge, which Linux reads. `extensionSector` is where {@link ROCK_RIDGE_EXTENSION} lies. */
export function rockRidgeForm(extensionSector: number): DirectoryForm {
  const root = rockRidgeRoot({ sector: extensionSector, bytes: ROCK_RIDGE_EXTENSION.length });
  return {
    identifier: (entry) => Buffer.from(entry.identifier, "latin1"),
    systemUse: (entry) => rockRidgeFile(entry.file.name),
    systemUseOfFolder: (which) => (which === "self" ? root : rockRidgeFolder()),
  };
}

/** Joliet: names in UCS-2, which Windows reads. */
export const jolietForm: DirectoryForm = {
  identifier: (entry) => bigEndianText(entry.file.name),
  systemUse: () => nothing,
  systemUseOfFolder: () => nothing,
};

/** UTF-16 with the high byte first. */
export function bigEndianText(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

/** How long {@link directoryOf} gets, in bytes: whole sectors. */
export function directoryBytes(entries: readonly Entry[], form: DirectoryForm): number {
  return sectorsOf(directoryOf(entries, form, { sector: 0, bytes: 0 }).length) * SECTOR_BYTES;
}

/** The folder's records (ECMA-119, 6.8.1): itself, its parent, which for a root is itself, then the files by name. */
export function directoryOf(entries: readonly Entry[], form: DirectoryForm, self: Extent): Buffer {
  const named = entries
    .map((entry) => ({ entry, identifier: form.identifier(entry) }))
    .sort((left, right) => Buffer.compare(left.identifier, right.identifier));
  const records = [
    directoryRecord({ identifier: Buffer.of(0), extent: self, isFolder: true, systemUse: form.systemUseOfFolder("self") }),
    directoryRecord({ identifier: Buffer.of(1), extent: self, isFolder: true, systemUse: form.systemUseOfFolder("parent") }),
    ...named.map(({ entry, identifier }) =>
      directoryRecord({ identifier, extent: entry.extent, isFolder: false, systemUse: form.systemUse(entry) }),
    ),
  ];
  return inWholeSectors(records);
}

/** What a directory record says. */
interface DirectoryRecord {
  readonly identifier: Buffer;
  readonly extent: Extent;
  readonly isFolder: boolean;
  readonly systemUse: Buffer;
}

/** One record (ECMA-119, 9.1). */
export function directoryRecord({ identifier, extent, isFolder, systemUse }: DirectoryRecord): Buffer {
  const named = 33 + identifier.length;
  const record = Buffer.alloc(named + (named % 2) + systemUse.length);
  record.writeUInt8(record.length, 0);
  writeBothEndian32(record, extent.sector, 2);
  writeBothEndian32(record, extent.bytes, 10);
  FIXED_DATE.copy(record, 18);
  record.writeUInt8(isFolder ? 2 : 0, 25);
  writeBothEndian16(record, 1, 28);
  record.writeUInt8(identifier.length, 32);
  identifier.copy(record, 33);
  systemUse.copy(record, named + (named % 2));
  return record;
}

/** 1 January 2000 in UTC (ECMA-119, 9.1.5). A date of now would make other bytes of the same content. */
const FIXED_DATE = Buffer.of(100, 1, 1, 0, 0, 0, 0);

/** A record doesn't cross the end of a sector: the rest of it stays empty (ECMA-119, 6.8.1.1). */
function inWholeSectors(records: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  let used = 0;
  for (const record of records) {
    const left = SECTOR_BYTES - (used % SECTOR_BYTES);
    if (record.length > left) {
      parts.push(Buffer.alloc(left));
      used += left;
    }
    parts.push(record);
    used += record.length;
  }
  return Buffer.concat(parts);
}

/** A number in both byte orders (ECMA-119, 7.3.3). */
export function writeBothEndian32(target: Buffer, value: number, offset: number): void {
  target.writeUInt32LE(value, offset);
  target.writeUInt32BE(value, offset + 4);
}

/** A number in both byte orders (ECMA-119, 7.2.3). */
export function writeBothEndian16(target: Buffer, value: number, offset: number): void {
  target.writeUInt16LE(value, offset);
  target.writeUInt16BE(value, offset + 2);
}
