import type { ApiClient } from "./api-client.js";
import type { GitHostApi, Release, ReleaseAsset, RepositoryFacts } from "./git-host-api.js";
import { encodePath } from "./github-api.js";
import { type Fields, fieldsOf, listOf, numbersOf, textOf, textsOf } from "./json-fields.js";
import { isPreReleaseTag, newestFirst, versionInTag } from "./newest-first.js";

interface Tag {
  readonly name: string;
  readonly publishedAt?: string;
}

interface PageOf<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

const MAX_PAGES = 5;

/**
 * Bitbucket Cloud: https://developer.atlassian.com/cloud/bitbucket/rest/. It has no releases, but tags, and downloads of the whole repository:
 * each tag counts as a release, with the downloads whose names hold its version.
 */
export class BitbucketApi implements GitHostApi {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  async releases(repository: string): Promise<readonly Release[]> {
    const base = `repositories/${encodePath(repository)}`;
    const tags = await this.#all(`${base}/refs/tags?sort=-target.date&pagelen=100`, readTag);
    if (tags === undefined) throw await this.#api.repositoryNotFound(repository);
    const downloads = (await this.#all(`${base}/downloads?pagelen=100`, readDownload)) ?? [];
    const assets = byTag(tags, downloads);
    return newestFirst(tags.map((tag) => toRelease(tag, assets.get(tag.name) ?? [])));
  }

  async releaseOf(repository: string, tag: string): Promise<Release | undefined> {
    // Which tag a download belongs to is seen among all of them.
    return (await this.releases(repository)).find((release) => release.tag === tag);
  }

  async repository(repository: string): Promise<RepositoryFacts> {
    const found = await this.#api.get(`repositories/${encodePath(repository)}`, (value) => readRepository(fieldsOf(value)));
    if (found === undefined) throw await this.#api.repositoryNotFound(repository);
    return found.value;
  }

  /** Bitbucket has no topics. */
  async search(): Promise<readonly RepositoryFacts[]> {
    return [];
  }

  async download(asset: ReleaseAsset, file: string): Promise<void> {
    await this.#api.download(asset, file);
  }

  /** Bitbucket tells the next page in the JSON. */
  async #all<T>(path: string, read: (item: Fields) => T): Promise<readonly T[] | undefined> {
    const all: T[] = [];
    let next: string | undefined = path;
    for (let page = 0; page < MAX_PAGES && next !== undefined; page += 1) {
      const found: PageOf<T> | undefined = (await this.#api.get(next, (value) => readPage(value, read)))?.value;
      if (found === undefined) return page === 0 ? undefined : all;
      all.push(...found.items);
      next = found.next;
    }
    return all;
  }
}

/** Each download goes to the tag with the longest version that its name holds: `1.2.0-rc.1`, rather than `1.2.0`. */
function byTag(tags: readonly Tag[], downloads: readonly ReleaseAsset[]): ReadonlyMap<string, readonly ReleaseAsset[]> {
  const versions = tags
    .map(({ name }) => ({ name, version: versionInTag(name) ?? name }))
    .sort((a, b) => b.version.length - a.version.length);
  const assets = new Map<string, ReleaseAsset[]>();
  for (const download of downloads) {
    const tag = versions.find(({ version }) => holds(download.name, version))?.name;
    if (tag !== undefined) assets.set(tag, [...(assets.get(tag) ?? []), download]);
  }
  return assets;
}

/** Whether a file's name holds a version, and not a longer one. */
function holds(name: string, version: string): boolean {
  const at = name.indexOf(version);
  if (at < 0) return false;
  const [before, after] = [name.slice(0, at), name.slice(at + version.length)];
  return !/[\d.]$/.test(before) && !/^(?:\d|\.\d)/.test(after);
}

function toRelease({ name, publishedAt }: Tag, assets: readonly ReleaseAsset[]): Release {
  return { tag: name, isPreRelease: isPreReleaseTag(name), assets, ...(publishedAt === undefined ? {} : { publishedAt }) };
}

function readPage<T>(value: unknown, read: (item: Fields) => T): PageOf<T> {
  const page = fieldsOf(value);
  return { items: listOf(page.values).map(read), ...textsOf(page, { next: "next" }) };
}

function readTag(tag: Fields): Tag {
  return { name: textOf(tag, "name"), ...textsOf(fieldsOf(tag.target ?? {}), { publishedAt: "date" }) };
}

function readDownload(download: Fields): ReleaseAsset {
  const self = fieldsOf(fieldsOf(download.links).self);
  return { name: textOf(download, "name"), address: textOf(self, "href"), ...numbersOf(download, { sizeBytes: "size" }) };
}

function readRepository(repository: Fields): RepositoryFacts {
  return {
    fullName: textOf(repository, "full_name"),
    isArchived: false,
    ...textsOf(repository, { description: "description", pushedAt: "updated_on" }),
  };
}
