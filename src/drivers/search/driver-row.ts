import type { EndOfLife } from "../official-index/index-entry.js";

/** A driver that a search found. */
export interface DriverRow {
  /** What to type after `-d` or `driver install`: the short name of the index, or a source. */
  readonly source: string;
  /** A `repository` holds a package or a program; which is known once it is looked into. */
  readonly kind: "shipped" | "planned" | "package" | "program" | "repository";
  /** Whose it is: `github.com/my-org`, or the scope or package on npm. */
  readonly owner?: string;
  readonly summary?: string;
  /** Whether it is in the official index. */
  readonly isIndexed: boolean;
  /** Short names besides {@link source}. */
  readonly aliases: readonly string[];
  /** Its newest release. */
  readonly version?: string;
  /** When that was released. ISO 8601. */
  readonly releasedAt?: string;
  /** When something last changed there. ISO 8601. */
  readonly changedAt?: string;
  /** Absent: unknown, or a program, which needs no SDK. */
  readonly sdk?: SdkFit;
  readonly testedUpTo?: string;
  readonly downloadsPerMonth?: number;
  /** Who publishes it, verified by the maintainers of the index. */
  readonly publisher?: string;
  readonly deprecated?: EndOfLife;
  readonly withdrawn?: EndOfLife;
  readonly isArchived?: boolean;
  /** The places it is known to be at: keys for merging, and for asking a git host. */
  readonly places: DriverPlaces;
}

/** The places of one driver. */
export interface DriverPlaces {
  /** Repositories, as `github.com/owner/repo` in lower case. */
  readonly repositories: readonly string[];
  /** Packages of npm. */
  readonly packages: readonly string[];
}

/** Whether a driver fits this program's SDK. */
export interface SdkFit {
  readonly fits: boolean;
  /** What its newest version needs. */
  readonly range: string;
  /** The newest version that fits, if that isn't the newest one. */
  readonly newestFitting?: string;
}
