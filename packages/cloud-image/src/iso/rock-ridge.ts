/** Only root reads a seed, in the guest as on this computer: it may hold the user's secrets. */
const FILE_MODE = 0o100400;
const FOLDER_MODE = 0o040500;
/** A folder of files alone is linked from itself and its parent. */
const FOLDER_LINKS = 2;

/** Says that Rock Ridge is used: the entry `ER` of IEEE P1281, 5.5, with the identifier that IEEE P1282, 4.3 gives. Lies in a sector of its own. */
export const ROCK_RIDGE_EXTENSION: Buffer = extensionReference(
  "RRIP_1991A",
  "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS",
  "PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.",
);

/** What the record of the root folder says: that there are system use entries at all (`SP`), its mode, and where {@link ROCK_RIDGE_EXTENSION} lies (`CE`). */
export function rockRidgeRoot(extension: { readonly sector: number; readonly bytes: number }): Buffer {
  const continuation = Buffer.alloc(24);
  bothEndian32(extension.sector).copy(continuation, 0);
  bothEndian32(0).copy(continuation, 8);
  bothEndian32(extension.bytes).copy(continuation, 16);
  return Buffer.concat([systemUseEntry("SP", Buffer.of(0xbe, 0xef, 0)), rockRidgeFolder(), systemUseEntry("CE", continuation)]);
}

/** A folder's mode. */
export function rockRidgeFolder(): Buffer {
  return posixAttributes(FOLDER_MODE, FOLDER_LINKS);
}

/** A file's mode and its name. The caller keeps it short enough for one record. */
export function rockRidgeFile(name: string): Buffer {
  return even(
    Buffer.concat([posixAttributes(FILE_MODE, 1), systemUseEntry("NM", Buffer.concat([Buffer.of(0), Buffer.from(name, "utf8")]))]),
  );
}

/** `PX` as in Rock Ridge 1.10: mode, links, user, group. */
function posixAttributes(mode: number, links: number): Buffer {
  return systemUseEntry("PX", Buffer.concat([mode, links, 0, 0].map(bothEndian32)));
}

function extensionReference(identifier: string, description: string, source: string): Buffer {
  const texts = [identifier, description, source].map((text) => Buffer.from(text, "latin1"));
  return systemUseEntry("ER", Buffer.concat([Buffer.from([...texts.map((text) => text.length), 1]), ...texts]));
}

/** IEEE P1281, 4.1: two letters, the length of the whole, version 1, and the data. */
function systemUseEntry(signature: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(signature, "latin1"), Buffer.of(data.length + 4, 1), data]);
}

function bothEndian32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

function even(bytes: Buffer): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
}
