import type { DriverForm } from "../candidate.js";
import type { GitSource } from "../source/git-source.js";
import type { NpmSource } from "../source/source.js";

/** A driver in the official index. */
export interface IndexEntry {
  /** The short name. */
  readonly name: string;
  /** Other short names. */
  readonly aliases: readonly string[];
  /** What machines it makes, in a few words. */
  readonly summary: string;
  /** `shipped`: it comes with docker-machine. `planned`: its name is kept for one that will. `fetched`: it comes from one of {@link sources}. */
  readonly delivery: "shipped" | "planned" | "fetched";
  /** The preferred one first. Empty unless it is fetched. */
  readonly sources: readonly IndexSource[];
  /** The newest SDK it was tried with, as `MAJOR.MINOR`. */
  readonly testedUpTo?: string;
  /** Who publishes it, verified by the maintainers of the index. */
  readonly publisher?: string;
  readonly deprecated?: EndOfLife;
  /** It must not be installed. */
  readonly withdrawn?: EndOfLife;
}

/** A place that a driver of the index comes from. */
export interface IndexSource {
  readonly source: NpmSource | GitSource;
  readonly form: DriverForm;
  /** In Node's words: `darwin`, `linux-x64`. Absent: everywhere. */
  readonly platforms?: readonly string[];
}

/** Why a driver should not be used any more. */
export interface EndOfLife {
  /** Half a sentence. */
  readonly reason: string;
  /** A short name or a source to take instead. */
  readonly successor?: string;
}

/** An index, read. */
export interface IndexContent {
  /** One more with every change. */
  readonly revision: number;
  /** `YYYY-MM-DD`. */
  readonly updatedAt: string;
  readonly drivers: readonly IndexEntry[];
}
