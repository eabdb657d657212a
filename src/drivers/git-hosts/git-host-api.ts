/** A file of a release. */
export interface ReleaseAsset {
  readonly name: string;
  /** Where it is downloaded from. The API's own address where there is one, since a private repository's browser address takes no token. */
  readonly address: string;
  readonly sizeBytes?: number;
  /** The digest that the API tells, as `sha256:<hex>`. */
  readonly digest?: string;
  /** When it was uploaded, if the host keeps that time itself. ISO 8601. */
  readonly uploadedAt?: string;
}

/** A release on a git host. */
export interface Release {
  /** The tag it was made from. */
  readonly tag: string;
  readonly isPreRelease: boolean;
  /** ISO 8601. */
  readonly publishedAt?: string;
  /** Whether the host lets nobody change the release or move its tag any more. Absent: it may be changed. */
  readonly isImmutable?: boolean;
  readonly assets: readonly ReleaseAsset[];
}

/** What a git host tells of a repository. */
export interface RepositoryFacts {
  /** `OWNER/REPO`, which differs from what was asked for if it was renamed or transferred. */
  readonly fullName: string;
  readonly isArchived: boolean;
  readonly description?: string;
  readonly stars?: number;
  /** ISO 8601. */
  readonly pushedAt?: string;
}

/** The API of one git host: GitHub, GitHub Enterprise, GitLab, Bitbucket or Gitea. Tokens go to that host alone. */
export interface GitHostApi {
  /** Releases that are not drafts, newest first. A host without releases has none. */
  releases(repository: string): Promise<readonly Release[]>;
  /** One release by its tag; undefined if the tag has none. */
  releaseOf(repository: string, tag: string): Promise<Release | undefined>;
  repository(repository: string): Promise<RepositoryFacts>;
  /** Repositories about a topic, for `driver search`; empty where the host can't search. */
  search(topic: string, term: string): Promise<readonly RepositoryFacts[]>;
  /** Writes an asset to a file. Verifying it is the caller's. */
  download(asset: ReleaseAsset, file: string): Promise<void>;
}
