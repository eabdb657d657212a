import type { IndexEntry } from "../official-index/index-entry.js";
import type { OfficialIndex } from "../official-index/official-index.js";
import { findShipped } from "../shipped.js";
import { ownerOf } from "../source/owner.js";
import { formatSource } from "../source/source.js";
import type { DriverRow } from "./driver-row.js";
import { repositoryKey } from "./repository-key.js";

/**
 * The drivers of the index that have all words of the term.
 *
 * @param sdkVersion this program's, which shipped drivers are made for
 */
export function indexRows(index: OfficialIndex, words: readonly string[], sdkVersion: string): DriverRow[] {
  return index
    .all()
    .filter((entry) => has(entry, words))
    .map((entry) => rowOf(entry, sdkVersion));
}

function has({ name, aliases, summary, sources, publisher = "" }: IndexEntry, words: readonly string[]): boolean {
  const text = [name, ...aliases, summary, publisher, ...sources.map(({ source }) => formatSource(source))].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function rowOf(entry: IndexEntry, sdkVersion: string): DriverRow {
  const { name, summary, delivery, aliases, sources, testedUpTo, publisher, deprecated, withdrawn } = entry;
  const [preferred] = sources;
  const owner = preferred === undefined ? "docker-machine" : ownerOf(preferred.source);
  const shipped = delivery === "shipped" ? findShipped(name) : undefined;
  return {
    source: name,
    kind: delivery === "fetched" ? (preferred?.form ?? "repository") : delivery,
    ...(owner === undefined ? {} : { owner }),
    summary,
    isIndexed: true,
    aliases,
    ...(shipped === undefined ? {} : { version: shipped.version, sdk: { fits: true, range: sdkVersion } }),
    ...(testedUpTo === undefined ? {} : { testedUpTo }),
    ...(publisher === undefined ? {} : { publisher }),
    ...(deprecated === undefined ? {} : { deprecated }),
    ...(withdrawn === undefined ? {} : { withdrawn }),
    places: {
      repositories: sources.flatMap(({ source }) => repositoryKey(source) ?? []),
      packages: sources.flatMap(({ source }) => (source.kind === "npm" ? source.package : [])),
    },
  };
}
