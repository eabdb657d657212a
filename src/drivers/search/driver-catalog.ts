import type { Logger } from "@docker-machine/driver-sdk";
import type { Settings } from "../../settings.js";
import { HttpClient } from "../git-hosts/http-client.js";
import { gitHostApi } from "../git-hosts/open-git-host.js";
import { notCached } from "../not-cached.js";
import { NpmClient } from "../npm/npm-client.js";
import { textFetcher } from "../official-index/index-download.js";
import { OfficialIndex } from "../official-index/official-index.js";
import { type RefreshResult, refreshIndex } from "../official-index/refresh-index.js";
import { findHostSdk } from "../sdk-link.js";
import type { DriverRow } from "./driver-row.js";
import { type SearchPlaces, searchDrivers } from "./search-drivers.js";

/** What a {@link DriverCatalog} works with. */
export interface DriverCatalogOptions {
  /** The folder of installed drivers, for npm's settings. */
  readonly directory: string;
  /** The user's cache folder, where a fetched index is kept. */
  readonly cacheDirectory: string;
  /** The folder of the index that came with the program. */
  readonly indexDirectory: string;
  readonly settings: () => Promise<Settings>;
  /** Tokens and npm's settings are taken from it. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** What a search came to. */
export interface SearchResult {
  /** The best first. */
  readonly rows: readonly DriverRow[];
  /** Whether only the index on this computer was searched. */
  readonly isOffline: boolean;
  /** The index that was searched. */
  readonly index: OfficialIndex;
}

/** Where the official index is published. Its signature is beside it. */
const INDEX_ADDRESS = "https://raw.githubusercontent.com/docker-machine/docker-machine/main/index/drivers.json";

/** The drivers that there are to install: those of the official index, of the user's registry, and on GitHub. */
export class DriverCatalog {
  readonly #options: DriverCatalogOptions;

  constructor(options: DriverCatalogOptions) {
    this.#options = options;
  }

  /** The index as it is on this computer. */
  async index(): Promise<OfficialIndex> {
    const { log } = this.#options;
    return OfficialIndex.load({ ...this.#places, warn: (message) => log.warn(message) });
  }

  /**
   * Searches for drivers. A place that does not answer is warned of, and the rest is found.
   *
   * @param term words that must all be there; none means all drivers
   */
  async search(term: string, { isOffline = false }: { readonly isOffline?: boolean } = {}): Promise<SearchResult> {
    const { log } = this.#options;
    const [index, settings, sdk] = await Promise.all([this.index(), this.#options.settings(), findHostSdk()]);
    const offline = isOffline || settings.offline === true;
    const outside = offline ? undefined : await this.#outside(settings);
    const warn = (message: string) => log.warn(message);
    const rows = await searchDrivers(term, { index, sdkVersion: sdk.version, warn, ...(outside === undefined ? {} : { outside }) });
    return { rows, isOffline: offline, index };
  }

  /**
   * Fetches the index anew. What can't be verified, or is older, is refused, and the index stays.
   *
   * @throws {MachineError} `INDEX_SIGNATURE_INVALID`, `INDEX_INVALID`, `INDEX_VERSION_UNSUPPORTED`, `INDEX_OUTDATED`, `SOURCE_UNREACHABLE`, `SOURCE_NOT_FOUND`, `SOURCE_ANSWER_INVALID`, `SOURCE_NOT_CACHED`
   */
  async refresh(): Promise<RefreshResult> {
    const { signal, env, directory } = this.#options;
    const { indexAddress: address = INDEX_ADDRESS, offline = false } = await this.#options.settings();
    if (offline) throw notCached("a newer driver index");
    const http = new HttpClient({ env, directory, signal });
    return refreshIndex({ ...this.#places, address, fetchText: textFetcher(http), signal });
  }

  get #places() {
    const { indexDirectory: shippedDirectory, cacheDirectory } = this.#options;
    return { shippedDirectory, cacheDirectory };
  }

  async #outside(settings: Settings): Promise<SearchPlaces["outside"]> {
    const { env, directory, signal, log, cacheDirectory } = this.#options;
    const github = await gitHostApi("github.com", { settings, env, cacheDirectory, directory, log, signal });
    return { npm: new NpmClient({ env, directory, signal }), ...(github === undefined ? {} : { github }) };
  }
}
