/** A file in the root folder of an ISO 9660 image. */
export interface IsoFile {
  /** 1 to 64 characters, at most 168 bytes of UTF-8; none of `* / : ; ? \` and no control characters, which Joliet forbids. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** ECMA-119, 6.1.2: what all addresses and sizes of an image are counted in. */
export const SECTOR_BYTES = 2048;

/** How many sectors hold so many bytes. */
export function sectorsOf(bytes: number): number {
  return Math.ceil(bytes / SECTOR_BYTES);
}
