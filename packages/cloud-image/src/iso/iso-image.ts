import { type DirectoryForm, directoryBytes, directoryOf, type Entry, jolietForm, rockRidgeForm } from "./directory.js";
import { type IsoFile, SECTOR_BYTES, sectorsOf } from "./iso-file.js";
import { ROCK_RIDGE_EXTENSION } from "./rock-ridge.js";
import { descriptorTerminator, pathTable, volumeDescriptor } from "./volume-descriptor.js";

/** ECMA-119, 6.2.1: the first 16 sectors belong to the system that boots. */
const FIRST_DESCRIPTOR = 16;
/** Where each part lies, in sectors; the folders, Rock Ridge's extension record and the files follow. */
const PLACES = {
  primary: FIRST_DESCRIPTOR,
  joliet: FIRST_DESCRIPTOR + 1,
  terminator: FIRST_DESCRIPTOR + 2,
  primaryTables: { littleEndian: FIRST_DESCRIPTOR + 3, bigEndian: FIRST_DESCRIPTOR + 4 },
  jolietTables: { littleEndian: FIRST_DESCRIPTOR + 5, bigEndian: FIRST_DESCRIPTOR + 6 },
  folders: FIRST_DESCRIPTOR + 7,
} as const;
const PATH_TABLE_BYTES = 10;
/** ECMA-119, 9.1.4: a size has 32 bits. */
const MAX_FILE_BYTES = 0xffffffff;
const MAX_LABEL_LENGTH = 16;
/** The Joliet specification's limit. */
const MAX_NAME_LENGTH = 64;
/** As UTF-8: what is left of a directory record of 254 bytes beside the other fields. */
const MAX_NAME_BYTES = 168;
/** As many as the identifiers of level 1 can count. */
const MAX_FILES = 10_000;

/**
 * An ISO 9660 image (ECMA-119) with files in one folder. Its names are there three times: as level 1 allows, as Rock Ridge for Linux, and as
 * Joliet for Windows; macOS reads either. The same content makes the same bytes: all dates are 1 January 2000.
 *
 * @param label 1 to 16 ASCII characters
 * @throws {RangeError} for a label or a name that such an image can't hold, names that are there twice, and files of 4 GiB
 */
export function isoImage(label: string, files: readonly IsoFile[]): Buffer {
  checkNames(label, files);
  const unplaced = unplacedEntries(files);
  const primaryRoot = { sector: PLACES.folders, bytes: directoryBytes(unplaced, rockRidgeForm(0)) };
  const jolietRoot = { sector: primaryRoot.sector + sectorsOf(primaryRoot.bytes), bytes: directoryBytes(unplaced, jolietForm) };
  // libarchive refuses an extension record that lies before the folder that leads to it.
  const extension = jolietRoot.sector + sectorsOf(jolietRoot.bytes);
  const rockRidge = rockRidgeForm(extension);
  const { entries, end } = placed(unplaced, extension + 1);
  const image = Buffer.alloc(end * SECTOR_BYTES);
  const put = (sector: number, bytes: Uint8Array) => image.set(bytes, sector * SECTOR_BYTES);
  const volume = { label, sectors: end, pathTableBytes: PATH_TABLE_BYTES };
  put(PLACES.primary, volumeDescriptor({ ...volume, kind: "primary", root: primaryRoot, pathTables: PLACES.primaryTables }));
  put(PLACES.joliet, volumeDescriptor({ ...volume, kind: "joliet", root: jolietRoot, pathTables: PLACES.jolietTables }));
  put(PLACES.terminator, descriptorTerminator());
  for (const order of ["littleEndian", "bigEndian"] as const) {
    put(PLACES.primaryTables[order], pathTable(primaryRoot.sector, order));
    put(PLACES.jolietTables[order], pathTable(jolietRoot.sector, order));
  }
  put(extension, ROCK_RIDGE_EXTENSION);
  const folders: [typeof primaryRoot, DirectoryForm][] = [
    [primaryRoot, rockRidge],
    [jolietRoot, jolietForm],
  ];
  for (const [root, form] of folders) put(root.sector, directoryOf(entries, form, root));
  for (const { extent, file } of entries) put(extent.sector, file.content);
  return image;
}

function unplacedEntries(files: readonly IsoFile[]): Entry[] {
  return files.map((file, index) => ({
    file,
    identifier: levelOneIdentifier(file.name, index),
    extent: { sector: 0, bytes: file.content.length },
  }));
}

/** Gives each file its sectors, one after the other. */
function placed(entries: readonly Entry[], firstSector: number): { entries: Entry[]; end: number } {
  let end = firstSector;
  const result: Entry[] = [];
  for (const entry of entries) {
    result.push({ ...entry, extent: { ...entry.extent, sector: end } });
    end += sectorsOf(entry.extent.bytes);
  }
  return { entries: result, end };
}

/** ECMA-119, 7.5 and 10.1: at most 8 capitals, digits and underscores, and version 1. The number keeps apart names that begin alike. */
function levelOneIdentifier(name: string, index: number): string {
  const allowed = name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_");
  return `${allowed.slice(0, 4)}${String(index).padStart(4, "0")}.;1`;
}

function checkNames(label: string, files: readonly IsoFile[]): void {
  if (!/^[ -~]+$/.test(label) || label.length > MAX_LABEL_LENGTH)
    throw new RangeError(`An ISO image can't be labelled ${JSON.stringify(label)}`);
  if (files.length > MAX_FILES) throw new RangeError(`An ISO image is made of at most ${MAX_FILES} files here, not of ${files.length}`);
  const names = new Set<string>();
  for (const { content, name } of files) {
    if (
      name.length === 0 ||
      name.length > MAX_NAME_LENGTH ||
      Buffer.byteLength(name) > MAX_NAME_BYTES ||
      /[*/:;?\\\p{Cc}\p{Cs}]/u.test(name) ||
      name === "." ||
      name === ".."
    ) {
      throw new RangeError(`An ISO image can't hold a file named ${JSON.stringify(name)}`);
    }
    if (names.has(name)) throw new RangeError(`An ISO image can't hold two files named ${JSON.stringify(name)}`);
    if (content.length > MAX_FILE_BYTES) throw new RangeError(`An ISO image can't hold ${name}: it has ${content.length} bytes`);
    names.add(name);
  }
}
