import type { DriverSource } from "./source/source.js";

/** A version that was found, as far as it is known before anything of it but its package.json is fetched. Policy, user and lock judge it by this. */
export interface Candidate {
  /** The short name, if the user typed only that: it stands for a package of npm that nobody vouches for. */
  readonly typedName?: string;
  readonly source: DriverSource;
  /** The canonical text of {@link source}. */
  readonly shownSource: string;
  /** Whose it is: `github.com/my-org`, the scope or package on npm as `npm:@my-scope` or `npm:my-package`, the host of a tarball. Absent for files and folders of the user's own. */
  readonly owner?: string;
  /** The driver's name. */
  readonly name: string;
  /** An npm package that is loaded in-process, or a Go plugin's program. */
  readonly form: DriverForm;
  /** The package's name. Absent for a program. */
  readonly package?: string;
  readonly version: string;
  /** The SDK versions it works with. Absent for a program. */
  readonly sdkRange?: string;
  /** The newest SDK its author has tried: `dockerMachine.testedUpTo`. */
  readonly testedUpTo?: string;
  readonly commit?: string;
  /** The tag that stood for the commit. */
  readonly tag?: string;
  readonly integrity?: string;
  readonly facts: CandidateFacts;
}

/** How a driver is made. */
export type DriverForm = "package" | "program";

/** What the place it comes from tells of a version. Absent: it doesn't tell. */
export interface CandidateFacts {
  /** When the version was published. ISO 8601. */
  readonly publishedAt?: string;
  /**
   * Since when it can't have been changed, by what the place itself keeps: a registry's time of publication, an asset's of its upload. ISO 8601.
   * A tag may be moved after its release was published, so its tree has none, unless the host says that the release can't change.
   */
  readonly unchangedSince?: string;
  /** Who may publish it in the registry, by login name. */
  readonly maintainers?: readonly string[];
  /** Who published this version, by login name. */
  readonly publisher?: string;
  /** Where its sources are, as its package.json says: `github.com/my-org/my-repo`. */
  readonly repository?: string;
  /** Deprecated in its registry, with the reason. */
  readonly deprecated?: string;
  /** The registry's signature of name, version and integrity, verified. Absent: there is none. What doesn't verify never becomes a candidate. */
  readonly signature?: VerifiedSignature;
  /** Who built it from which commit, by a verified attestation. Absent: there is none. */
  readonly provenance?: VerifiedProvenance;
  /** What an asset of a release was held against. Absent: nothing was there. */
  readonly checksum?: "checksum-file" | "api-digest";
}

/** A registry's signature that was verified. */
export interface VerifiedSignature {
  readonly keyId: string;
  /** How the key is known: from sigstore's root of trust, as npm's are, or from the registry alone, which then vouches for itself. */
  readonly keyFrom?: "trust-root" | "registry";
}

/** An attestation of where a package was built, verified (SLSA provenance through sigstore). */
export interface VerifiedProvenance {
  /** The repository it was built from: `github.com/my-org/my-repo`. */
  readonly repository: string;
  readonly commit?: string;
  /** The workflow file in that repository. */
  readonly workflow?: string;
}

/** What the user wants of an installation, besides the source. All are false by default. */
export interface InstallWishes {
  /** Keep just this version: `driver update` passes it over. */
  readonly pin?: boolean;
  /** Pre-releases count as newest. */
  readonly pre?: boolean;
  /** Take a release's program that nothing vouches for, and a package whose signature or provenance can't be checked now as one without. */
  readonly allowUnverified?: boolean;
  /** Run the install scripts of the package and its dependencies, after showing them. */
  readonly allowScripts?: boolean;
  /** Take everything from caches: nothing is fetched. */
  readonly offline?: boolean;
  /** A project's lock names just this version and its hashes, which is agreement to it. */
  readonly locked?: boolean;
  /** The user has agreed beforehand: nothing is asked. */
  readonly yes?: boolean;
}

/**
 * Judges a candidate before it is fetched.
 *
 * @throws {MachineError} if it must not be installed
 */
export type Gate = (candidate: Candidate, wishes: InstallWishes) => Promise<void>;
