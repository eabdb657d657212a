import type { ImageFormat } from "./cloud-image.js";

/** A checksum with its algorithm: `sha256:HEX` or `sha512:HEX`, in lower case. */
export type Digest = `sha256:${string}` | `sha512:${string}`;

/** Where the publisher keeps the newest build of an image, and the signed list of checksums that vouches for it. */
export interface SignedBuild {
  /** The image. Its last part is its name in the list. */
  readonly url: string;
  /** The list of checksums: lines of `HEX  NAME`, `HEX *NAME` or `SHA256 (NAME) = HEX`. */
  readonly checksumsUrl: string;
  /** The detached signature over the list; absent where the list carries its own (a cleartext signature). */
  readonly signatureUrl?: string;
  /** The publisher's OpenPGP public key, armored. */
  readonly publicKey: string;
  /** The fingerprint that the publisher tells of that key: 40 digits in capitals. */
  readonly fingerprint: string;
}

/** A file of the user's own. */
export interface FileImage {
  readonly kind: "file";
  /** As the user wished it. For messages. */
  readonly name: string;
  readonly path: string;
}

/** An image that is fetched, verified, and kept. */
export interface DownloadImage {
  readonly kind: "download";
  /** As the user wished it. For messages. */
  readonly name: string;
  /** Where it is fetched, and where else if it isn't there. All of them hold the same bytes. */
  readonly urls: readonly [string, ...string[]];
  /** What it must be. Absent only where the user left it out: then it is fetched to tell it, and not used. */
  readonly digest?: Digest;
  /** Known of the catalogue's images; otherwise the file's first bytes tell. */
  readonly format?: ImageFormat;
  readonly defaultUser?: string;
  /** What the user should know before the machine is made. It is logged as a warning. */
  readonly caveat?: string;
  /** What stands in when the pinned build is gone. */
  readonly newest?: SignedBuild;
}

/** Which image to boot, and how it is verified: what `findImage` makes of the user's words. */
export type ImageSource = FileImage | DownloadImage;
