import type { Architecture, GuestHardware, ImageFormat } from "../cloud-image.js";
import type { Digest, SignedBuild } from "../image-source.js";

/** One build of an image, as its publisher keeps it under an address of its own. */
export interface PinnedBuild {
  readonly architecture: Architecture;
  /** What its kernel has drivers for. */
  readonly hardware: readonly GuestHardware[];
  /** Where the publisher keeps it, and where it moves to when it is old. */
  readonly urls: readonly [string, ...string[]];
  readonly digest: Digest;
  readonly format: ImageFormat;
  /** When it was built, where that is known: `2026-09-26`. */
  readonly built?: string;
  /** The publisher's list of checksums that has the digest, and what signs it, if anything does. */
  readonly checksumsUrl: string;
  /** The detached signature over that list. */
  readonly signatureUrl?: string;
  /** The fingerprint of the key that signs the list, in itself or beside it. */
  readonly signedBy?: string;
  /** Where URL and digest were read: a repository with a path and a commit, or how they were found. None of them is the publisher: those can't be reached from the project's machines. */
  readonly sources: readonly [string, ...string[]];
}

/** An image that has a name. */
export interface CatalogueImage {
  /** Such as `debian-13`. */
  readonly name: string;
  /** Other names: `debian` for the newest stable release, `trixie`. */
  readonly aliases: readonly string[];
  /** As its publisher writes it: `Debian 13 (trixie)`. */
  readonly title: string;
  /** The user that its cloud-init makes by default. */
  readonly defaultUser: string;
  /** What the user should know before the machine is made. */
  readonly caveat?: string;
  readonly builds: readonly PinnedBuild[];
  /** The newest build, for when a pinned one is gone: only of publishers who sign their lists of checksums. */
  readonly newest?: Readonly<Partial<Record<Architecture, SignedBuild>>>;
}
