/** A file as one of an image's two descriptions shows it. */
export interface ReadFile {
  readonly name: string;
  readonly content: Buffer;
}

/** What a small reader, written from ECMA-119 and not from our writer, sees in an image. */
export interface ReadImage {
  readonly labels: { readonly primary: string; readonly joliet: string };
  readonly sectors: number;
  readonly rockRidge: readonly ReadFile[];
  readonly joliet: readonly ReadFile[];
}

const SECTOR = 2048;

/** Reads an image of one folder. Numbers are read with the high byte first, where both orders are there. */
export function readIso(image: Buffer): ReadImage {
  const primary = image.subarray(16 * SECTOR, 17 * SECTOR);
  const supplementary = image.subarray(17 * SECTOR, 18 * SECTOR);
  return {
    labels: { primary: primary.toString("latin1", 40, 72).trimEnd(), joliet: utf16(supplementary.subarray(40, 72)).trimEnd() },
    sectors: primary.readUInt32BE(84),
    rockRidge: filesOf(image, primary, alternateName),
    joliet: filesOf(image, supplementary, (record) => utf16(record.subarray(33, 33 + record.readUInt8(32)))),
  };
}

function filesOf(image: Buffer, descriptor: Buffer, nameOf: (record: Buffer) => string): ReadFile[] {
  const start = descriptor.readUInt32BE(156 + 6) * SECTOR;
  const end = start + descriptor.readUInt32BE(156 + 14);
  const files: ReadFile[] = [];
  for (let at = start; at < end; ) {
    const length = image.readUInt8(at);
    if (length === 0) {
      at += SECTOR - (at % SECTOR);
      continue;
    }
    const record = image.subarray(at, at + length);
    const isFolder = (record.readUInt8(25) & 2) !== 0;
    const content = record.readUInt32BE(6) * SECTOR;
    if (!isFolder) files.push({ name: nameOf(record), content: image.subarray(content, content + record.readUInt32BE(14)) });
    at += length;
  }
  return files;
}

/** The `NM` entry of Rock Ridge, in the system use area behind the padded identifier. */
function alternateName(record: Buffer): string {
  const named = 33 + record.readUInt8(32);
  for (let at = named + (named % 2); at + 4 <= record.length; at += record.readUInt8(at + 2)) {
    if (record.toString("latin1", at, at + 2) === "NM") return record.toString("utf8", at + 5, at + record.readUInt8(at + 2));
  }
  return "";
}

function utf16(bytes: Buffer): string {
  return Buffer.from(bytes).swap16().toString("utf16le");
}
