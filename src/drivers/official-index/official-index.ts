import { readFile } from "node:fs/promises";
import { isDriverError } from "@docker-machine/driver-sdk";
import { type DriverSource, isSameOrigin } from "../source/source.js";
import type { IndexContent, IndexEntry } from "./index-entry.js";
import { type IndexPlaces, shippedIndexPath } from "./index-places.js";
import { readKeptIndex } from "./kept-index.js";
import { parseIndex } from "./parse-index.js";

/** What {@link OfficialIndex.load} works with. */
export interface LoadIndexOptions extends IndexPlaces {
  /** Told when the index that was fetched can't be used, and the one that came with the program is used instead. */
  readonly warn: (message: string) => void;
}

/** The official index of drivers: short names, where they lead, and which of them to stay away from. */
export class OfficialIndex {
  /** One more with every change. */
  readonly revision: number;
  /** The day of its last change: `YYYY-MM-DD`. */
  readonly updatedAt: string;
  /** Whether it was fetched since the program was installed. */
  readonly isRefreshed: boolean;
  readonly #entries: readonly IndexEntry[];
  readonly #byName: ReadonlyMap<string, IndexEntry>;

  constructor(content: IndexContent, { isRefreshed }: { readonly isRefreshed: boolean }) {
    this.revision = content.revision;
    this.updatedAt = content.updatedAt;
    this.isRefreshed = isRefreshed;
    this.#entries = content.drivers;
    this.#byName = new Map(content.drivers.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry] as const)));
  }

  /**
   * The index that came with the program, or the one fetched since if it is newer and its signature holds.
   *
   * @throws {MachineError} `INDEX_INVALID` if the one that came with the program is damaged
   */
  static async load(options: LoadIndexOptions): Promise<OfficialIndex> {
    const shipped = await readShippedIndex(options);
    const kept = await readKeptIndex(options).catch((error: unknown) => {
      if (!isDriverError(error)) throw error;
      options.warn(
        `${error.message} The index that came with docker-machine is used. Fetch it again: docker-machine driver search --refresh`,
      );
      return undefined;
    });
    const isRefreshed = kept !== undefined && kept.content.revision > shipped.revision;
    return new OfficialIndex(isRefreshed ? kept.content : shipped, { isRefreshed });
  }

  /** The driver of that short name or alias. */
  find(name: string): IndexEntry | undefined {
    return this.#byName.get(name);
  }

  /** The driver that comes from that package or repository, whatever the version. */
  findBySource(source: DriverSource): IndexEntry | undefined {
    const wanted = inOneCase(source);
    return this.#entries.find((entry) => entry.sources.some((each) => isSameOrigin(inOneCase(each.source), wanted)));
  }

  /** All drivers: shipped ones, planned ones, those to be fetched. */
  all(): readonly IndexEntry[] {
    return this.#entries;
  }
}

/** Git hosts don't tell the case of names, so a withdrawn driver must not come in by another one. */
function inOneCase(source: DriverSource): DriverSource {
  return source.kind === "git" ? { ...source, path: source.path.toLowerCase() } : source;
}

/**
 * Reads the index that came with the program.
 *
 * @throws {MachineError} `INDEX_INVALID`
 */
export async function readShippedIndex(places: IndexPlaces): Promise<IndexContent> {
  return parseIndex(await readFile(shippedIndexPath(places), "utf8"), "The driver index that came with docker-machine");
}
