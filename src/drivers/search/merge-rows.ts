import type { DriverRow } from "./driver-row.js";

/**
 * One row for each driver, the best first: those of the index, then by how well the name fits the term, by downloads and by freshness; withdrawn ones last.
 *
 * A package that names a repository is shown as that repository, since anybody can name any; one that the index lists is shown as the index has it.
 */
export function mergeRows(rows: readonly DriverRow[], words: readonly string[]): DriverRow[] {
  const merged: DriverRow[] = [];
  // The index comes first, and then repositories: what they have in common with the rest is theirs.
  for (const row of [...rows].sort((a, b) => precedence(a) - precedence(b))) {
    const at = merged.findIndex((other) => isSame(other, row));
    const known = merged[at];
    if (known === undefined) merged.push(row);
    else merged[at] = combine(known, row);
  }
  return merged.sort((a, b) => compare(a, b, words));
}

function precedence({ isIndexed, kind }: DriverRow): number {
  if (isIndexed) return 0;
  return kind === "repository" ? 1 : 2;
}

function isSame(known: DriverRow, other: DriverRow): boolean {
  const { packages, repositories } = other.places;
  if (known.places.packages.some((each) => packages.includes(each))) return true;
  // A package's word for its repository does not make it the driver that the index means.
  if (known.isIndexed && other.kind === "package") return false;
  return known.places.repositories.some((each) => repositories.includes(each));
}

/** The facts of both, those of the first where both have some. */
function combine(known: DriverRow, other: DriverRow): DriverRow {
  return {
    ...other,
    ...known,
    ...(known.kind === "repository" ? { kind: other.kind } : {}),
    places: {
      repositories: [...new Set([...known.places.repositories, ...other.places.repositories])],
      packages: [...new Set([...known.places.packages, ...other.places.packages])],
    },
  };
}

function compare(a: DriverRow, b: DriverRow, words: readonly string[]): number {
  return (
    Number(a.withdrawn !== undefined) - Number(b.withdrawn !== undefined) ||
    Number(b.isIndexed) - Number(a.isIndexed) ||
    distance(a, words) - distance(b, words) ||
    (b.downloadsPerMonth ?? 0) - (a.downloadsPerMonth ?? 0) ||
    order(freshness(b), freshness(a)) ||
    order(a.source, b.source)
  );
}

/** How far a row's names are from the term. */
function distance(row: DriverRow, words: readonly string[]): number {
  const term = words.join("-");
  const names = [...row.aliases, baseName(row.source)];
  if (term === "" || names.includes(term)) return 0;
  if (names.some((name) => name.startsWith(term))) return 1;
  return names.some((name) => name.includes(term)) ? 2 : 3;
}

/** What a source calls its driver, most likely. */
function baseName(source: string): string {
  const last = source.split(/[/:]/).at(-1) ?? source;
  return last.toLowerCase().replace(/^docker-machine-(?:driver-)?/, "");
}

function freshness({ releasedAt, changedAt }: DriverRow): string {
  return releasedAt ?? changedAt ?? "";
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
