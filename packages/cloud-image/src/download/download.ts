import type { Digest } from "../image-source.js";

/** What is fetched, and where to. */
export interface Download {
  /** For messages. */
  readonly name: string;
  /** Where it is, and where else if it isn't there. */
  readonly urls: readonly [string, ...string[]];
  /** What it must be. Without it, a SHA-256 is computed. */
  readonly digest?: Digest;
  /** The file that grows. What is there from an earlier try is used. */
  readonly path: string;
}
