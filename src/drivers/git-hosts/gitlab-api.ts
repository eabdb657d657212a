import type { ApiClient } from "./api-client.js";
import type { GitHostApi, Release, ReleaseAsset, RepositoryFacts } from "./git-host-api.js";
import { type Fields, fieldsOf, listOf, numbersOf, textOf, textsOf } from "./json-fields.js";
import { isPreReleaseTag, newestFirst } from "./newest-first.js";

/** GitLab, of any address: https://docs.gitlab.com/api/releases/. It knows no pre-releases; those whose tag is one count as such. */
export class GitLabApi implements GitHostApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  async releases(repository: string): Promise<readonly Release[]> {
    const releases = await this.#api.list(`${project(repository)}/releases?per_page=100`, readReleases);
    if (releases === undefined) throw await this.#api.repositoryNotFound(repository);
    return newestFirst(releases);
  }

  async releaseOf(repository: string, tag: string): Promise<Release | undefined> {
    const path = `${project(repository)}/releases/${encodeURIComponent(tag)}`;
    return (await this.#api.get(path, (value) => readRelease(fieldsOf(value))))?.value;
  }

  async repository(repository: string): Promise<RepositoryFacts> {
    const found = await this.#api.get(project(repository), (value) => readProject(fieldsOf(value)));
    if (found === undefined) throw await this.#api.repositoryNotFound(repository);
    return found.value;
  }

  async search(topic: string, term: string): Promise<readonly RepositoryFacts[]> {
    const query = new URLSearchParams({ topic, order_by: "star_count", per_page: "50", ...(term === "" ? {} : { search: term }) });
    const found = await this.#api.get(`projects?${query}`, (value) => listOf(value).map(readProject));
    return found?.value ?? [];
  }

  async download(asset: ReleaseAsset, file: string): Promise<void> {
    await this.#api.download(asset, file);
  }
}

/** A project's path takes the place of its number, as a single part of the address. */
function project(repository: string): string {
  return `projects/${encodeURIComponent(repository)}`;
}

function readReleases(value: unknown): readonly Release[] {
  return listOf(value)
    .filter(({ upcoming_release: isUpcoming }) => isUpcoming !== true)
    .map(readRelease);
}

function readRelease(release: Fields): Release {
  const tag = textOf(release, "tag_name");
  const { links } = fieldsOf(release.assets ?? {});
  return {
    tag,
    isPreRelease: isPreReleaseTag(tag),
    ...textsOf(release, { publishedAt: "released_at" }),
    assets: listOf(links ?? []).flatMap(readLink),
  };
}

/** A link's own address may be one of the API, which takes a token; the direct one is a web page's, which takes none. Links may also be ftp. */
function readLink(link: Fields): readonly ReleaseAsset[] {
  const address = textOf(link, "url");
  return /^https?:/.test(address) ? [{ name: textOf(link, "name"), address }] : [];
}

function readProject(found: Fields): RepositoryFacts {
  return {
    fullName: textOf(found, "path_with_namespace"),
    isArchived: found.archived === true,
    ...textsOf(found, { description: "description", pushedAt: "last_activity_at" }),
    ...numbersOf(found, { stars: "star_count" }),
  };
}
