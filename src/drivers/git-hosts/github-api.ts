import type { ApiClient } from "./api-client.js";
import type { GitHostApi, Release, ReleaseAsset, RepositoryFacts } from "./git-host-api.js";
import { type Fields, fieldsOf, listOf, numbersOf, textOf, textsOf } from "./json-fields.js";
import { newestFirst } from "./newest-first.js";

/** Sent with each request (https://docs.github.com/en/rest/about-the-rest-api/api-versions). */
export const GITHUB_HEADERS = { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" };

/** GitHub, GitHub Enterprise Server, and tenants of GitHub's cloud: https://docs.github.com/en/rest. */
export class GitHubApi implements GitHostApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  async releases(repository: string): Promise<readonly Release[]> {
    const releases = await this.#api.list(`repos/${encodePath(repository)}/releases?per_page=100`, readReleases);
    if (releases === undefined) throw await this.#api.repositoryNotFound(repository);
    return newestFirst(releases);
  }

  async releaseOf(repository: string, tag: string): Promise<Release | undefined> {
    const path = `repos/${encodePath(repository)}/releases/tags/${encodeURIComponent(tag)}`;
    return (await this.#api.get(path, (value) => readRelease(fieldsOf(value))))?.value;
  }

  async repository(repository: string): Promise<RepositoryFacts> {
    const found = await this.#api.get(`repos/${encodePath(repository)}`, (value) => readRepository(fieldsOf(value)));
    if (found === undefined) throw await this.#api.repositoryNotFound(repository);
    return found.value;
  }

  async search(topic: string, term: string): Promise<readonly RepositoryFacts[]> {
    // A qualifier in the term would search for something else.
    const words = [`topic:${topic}`, ...term.replace(/["':]/g, " ").trim().split(/\s+/)].join(" ").trim();
    const query = new URLSearchParams({ q: words, per_page: "50" });
    const found = await this.#api.get(`search/repositories?${query}`, (value) => listOf(fieldsOf(value).items).map(readRepository));
    return found?.value ?? [];
  }

  async download(asset: ReleaseAsset, file: string): Promise<void> {
    await this.#api.download(asset, file);
  }
}

/** A repository's path, each part of it encoded. */
export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function readReleases(value: unknown): readonly Release[] {
  return listOf(value)
    .filter(({ draft }) => draft !== true)
    .map(readRelease);
}

function readRelease(release: Fields): Release {
  return {
    tag: textOf(release, "tag_name"),
    isPreRelease: release.prerelease === true,
    ...textsOf(release, { publishedAt: "published_at" }),
    ...(release.immutable === true ? { isImmutable: true } : {}),
    assets: listOf(release.assets ?? [])
      .filter(({ state }) => state === undefined || state === "uploaded")
      .map(readAsset),
  };
}

function readAsset(asset: Fields): ReleaseAsset {
  return {
    name: textOf(asset, "name"),
    address: textOf(asset, "url"),
    ...numbersOf(asset, { sizeBytes: "size" }),
    ...textsOf(asset, { uploadedAt: "updated_at" }),
    ...(typeof asset.digest === "string" && /^sha256:[0-9a-f]{64}$/.test(asset.digest) ? { digest: asset.digest } : {}),
  };
}

function readRepository(repository: Fields): RepositoryFacts {
  return {
    fullName: textOf(repository, "full_name"),
    isArchived: repository.archived === true,
    ...textsOf(repository, { description: "description", pushedAt: "pushed_at" }),
    ...numbersOf(repository, { stars: "stargazers_count" }),
  };
}
