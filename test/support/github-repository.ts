import { createHash } from "node:crypto";

/** A release as a test publishes it. */
export interface PublishedRelease {
  readonly tag: string;
  /** Default: false. */
  readonly isPreRelease?: boolean;
  /** Default: false. */
  readonly isDraft?: boolean;
  /** Whether it can't be changed any more. Default: false. */
  readonly isImmutable?: boolean;
  /** ISO 8601. Default: an hour after the release before, from 2026-01-01 on. */
  readonly publishedAt?: string;
  readonly assets?: Readonly<Record<string, Buffer | string>>;
  /** Whether the API tells the assets' digests, which GitHub does for what was uploaded since June 2025. Default: true. */
  readonly digests?: boolean;
}

/** An asset that is kept by a stand-in for GitHub. */
export interface KeptAsset {
  readonly id: number;
  readonly name: string;
  readonly tag: string;
  readonly content: Buffer;
  readonly digest: string | null;
  readonly uploadedAt: string;
}

interface KeptRelease {
  readonly tag: string;
  readonly isDraft: boolean;
  readonly told: Readonly<Record<string, unknown>>;
  readonly assets: readonly KeptAsset[];
}

const FIRST_RELEASE = Date.UTC(2026, 0, 1);
/** Repositories' and assets' numbers are far from each other, so that a mix-up is seen. */
const ASSETS_PER_REPOSITORY = 1000;

/** A repository of a stand-in for GitHub, and how the API tells of it (https://docs.github.com/en/rest/releases). */
export class GitHubRepository {
  readonly id: number;
  fullName: string;
  /** The token without which it isn't there. */
  token: string | undefined;
  facts: Readonly<Record<string, unknown>> = {};
  #releases: KeptRelease[] = [];
  #published = 0;

  constructor(id: number, fullName: string) {
    this.id = id;
    this.fullName = fullName;
  }

  publish({
    tag,
    isPreRelease = false,
    isDraft = false,
    isImmutable = false,
    publishedAt,
    assets = {},
    digests = true,
  }: PublishedRelease): void {
    const at = publishedAt ?? new Date(FIRST_RELEASE + this.#releases.length * 3_600_000).toISOString();
    const told = {
      tag_name: tag,
      name: tag,
      draft: isDraft,
      prerelease: isPreRelease,
      immutable: isImmutable,
      created_at: at,
      published_at: isDraft ? null : at,
    };
    const kept = Object.entries(assets).map(([name, text]) => {
      const content = Buffer.from(text);
      const digest = digests ? `sha256:${createHash("sha256").update(content).digest("hex")}` : null;
      this.#published += 1;
      return { id: this.id * ASSETS_PER_REPOSITORY + this.#published, name, tag, content, digest, uploadedAt: at };
    });
    this.#releases.unshift({ tag, isDraft, told, assets: kept });
  }

  removeRelease(tag: string): void {
    this.#releases = this.#releases.filter((release) => release.tag !== tag);
  }

  get assets(): readonly KeptAsset[] {
    return this.#releases.flatMap(({ assets }) => assets);
  }

  /** What the API tells of the repository. */
  describe(): Readonly<Record<string, unknown>> & { readonly topics?: unknown } {
    return {
      id: this.id,
      full_name: this.fullName,
      private: this.token !== undefined,
      archived: false,
      description: null,
      stargazers_count: 0,
      pushed_at: "2026-01-01T00:00:00Z",
      default_branch: "main",
      topics: [],
      ...this.facts,
    };
  }

  /** What the API tells of its releases, newest first. Who may write is told of drafts, too. */
  describeReleases(base: string): Readonly<Record<string, unknown>>[] {
    const shown = this.#releases.filter(({ isDraft }) => !isDraft || this.token !== undefined);
    return shown.map((release) => this.#describeRelease(release, base));
  }

  describeReleaseOf(tag: string, base: string): Readonly<Record<string, unknown>> | undefined {
    const release = this.#releases.find((each) => each.tag === tag && !each.isDraft);
    return release === undefined ? undefined : this.#describeRelease(release, base);
  }

  describeAsset({ id, name, tag, content, digest, uploadedAt }: KeptAsset, base: string): Readonly<Record<string, unknown>> {
    return {
      id,
      name,
      url: `${base}repos/${this.fullName}/releases/assets/${id}`,
      browser_download_url: `${base}${this.fullName}/releases/download/${tag}/${name}`,
      size: content.length,
      state: "uploaded",
      created_at: uploadedAt,
      updated_at: uploadedAt,
      content_type: "application/octet-stream",
      digest,
    };
  }

  #describeRelease({ told, assets }: KeptRelease, base: string): Readonly<Record<string, unknown>> {
    return { ...told, assets: assets.map((asset) => this.describeAsset(asset, base)) };
  }
}
