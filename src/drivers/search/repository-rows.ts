import type { GitHostApi, Release, RepositoryFacts } from "../git-hosts/git-host-api.js";
import type { DriverRow } from "./driver-row.js";

const TOPIC = "docker-machine-driver";
const HOST = "github.com";
/** How many rows are looked at for their releases: each costs a request of the few that GitHub gives to those without a token. */
const LOOKED_AT = 10;
const PROGRAM = /^docker-machine-driver-/;

/**
 * The repositories on GitHub with the topic `docker-machine-driver` that have all words of the term.
 *
 * @throws {MachineError} as the host's answers go wrong
 */
export async function repositoryRows(github: GitHostApi, words: readonly string[]): Promise<DriverRow[]> {
  return (await github.search(TOPIC, words.join(" "))).map(rowOf);
}

/** The releases of a repository; undefined if they can't be asked for. */
export type AskForReleases = (repository: string) => Promise<readonly Release[] | undefined>;

/** Adds the last release, and what it holds, to the first rows that are on GitHub and don't tell it. */
export async function withReleases(rows: readonly DriverRow[], releasesOf: AskForReleases): Promise<DriverRow[]> {
  const lacking = new Set(rows.filter((row) => row.releasedAt === undefined && repositoryOf(row) !== undefined).slice(0, LOOKED_AT));
  return Promise.all(rows.map(async (row) => (lacking.has(row) ? addRelease(row, releasesOf) : row)));
}

async function addRelease(row: DriverRow, releasesOf: AskForReleases): Promise<DriverRow> {
  const newest = (await releasesOf(repositoryOf(row) ?? ""))?.find(({ isPreRelease }) => !isPreRelease);
  if (newest === undefined) return row;
  const { tag, publishedAt } = newest;
  return {
    ...row,
    kind: row.kind === "repository" ? kindOf(newest) : row.kind,
    version: row.version ?? tag.replace(/^v(?=\d)/, ""),
    ...(publishedAt === undefined ? {} : { releasedAt: publishedAt }),
  };
}

function kindOf({ assets }: Release): DriverRow["kind"] {
  if (assets.some(({ name }) => name.endsWith(".tgz"))) return "package";
  return assets.some(({ name }) => PROGRAM.test(name)) ? "program" : "repository";
}

function repositoryOf({ places }: DriverRow): string | undefined {
  const key = places.repositories.find((each) => each.startsWith(`${HOST}/`));
  return key?.slice(HOST.length + 1);
}

function rowOf({ fullName, isArchived, description, pushedAt }: RepositoryFacts): DriverRow {
  const key = `${HOST}/${fullName}`;
  return {
    source: key,
    kind: "repository",
    owner: `${HOST}/${fullName.split("/")[0]}`,
    isIndexed: false,
    aliases: [],
    ...(description === undefined ? {} : { summary: description }),
    ...(pushedAt === undefined ? {} : { changedAt: pushedAt }),
    ...(isArchived ? { isArchived } : {}),
    places: { repositories: [key.toLowerCase()], packages: [] },
  };
}
