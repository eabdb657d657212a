import type { ApiClient } from "./api-client.js";
import type { GitHostApi, Release, ReleaseAsset, RepositoryFacts } from "./git-host-api.js";
import { encodePath } from "./github-api.js";
import { type Fields, fieldsOf, listOf, numbersOf, textOf, textsOf } from "./json-fields.js";
import { newestFirst } from "./newest-first.js";

/** Gitea and Forgejo, of any address: https://docs.gitea.com/api/. */
export class GiteaApi implements GitHostApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  async releases(repository: string): Promise<readonly Release[]> {
    // 50 is the most that a server gives by default.
    const releases = await this.#api.list(`repos/${encodePath(repository)}/releases?draft=false&limit=50`, readReleases);
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
    const query = new URLSearchParams({ q: topic, topic: "true", sort: "stars", order: "desc", limit: "50" });
    const found = await this.#api.get(`repos/search?${query}`, (value) => listOf(fieldsOf(value).data).map(readRepository));
    const words = term.toLowerCase().split(/\s+/);
    const isAbout = ({ fullName, description = "" }: RepositoryFacts) => {
      const text = `${fullName} ${description}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    return (found?.value ?? []).filter(isAbout);
  }

  async download(asset: ReleaseAsset, file: string): Promise<void> {
    await this.#api.download(asset, file);
  }
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
    assets: listOf(release.assets ?? []).map((asset) => ({
      name: textOf(asset, "name"),
      // Its downloads take the API's token.
      address: textOf(asset, "browser_download_url"),
      ...numbersOf(asset, { sizeBytes: "size" }),
      ...textsOf(asset, { uploadedAt: "created_at" }),
    })),
  };
}

function readRepository(repository: Fields): RepositoryFacts {
  return {
    fullName: textOf(repository, "full_name"),
    isArchived: repository.archived === true,
    ...textsOf(repository, { description: "description", pushedAt: "updated_at" }),
    ...numbersOf(repository, { stars: "stars_count" }),
  };
}
