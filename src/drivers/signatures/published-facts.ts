import type { CandidateFacts } from "../candidate.js";

/** What a registry tells of a version beside its package.json. Nothing of it is verified. */
export type PublishedFacts = Pick<
  CandidateFacts,
  "publishedAt" | "unchangedSince" | "maintainers" | "publisher" | "repository" | "deprecated"
>;

type Fields = Readonly<Record<string, unknown>>;

const HOSTS_OF_SHORTCUTS: Readonly<Record<string, string>> = { github: "github.com", gitlab: "gitlab.com", bitbucket: "bitbucket.org" };

/** A registry keeps the time itself, and what is published there is never changed. */
function publicationAt(time: unknown): Pick<PublishedFacts, "publishedAt" | "unchangedSince"> {
  if (typeof time !== "string" || Number.isNaN(Date.parse(time))) return {};
  const publishedAt = new Date(time).toISOString();
  return { publishedAt, unchangedSince: publishedAt };
}

/**
 * Reads the facts of a version. What has the wrong form counts as not told.
 *
 * @param listing what the registry tells of the package as a whole (its "packument")
 * @param manifest what it tells of the version
 */
export function publishedFacts(listing: Fields, manifest: Fields): PublishedFacts {
  const time = fieldsOf(listing.time)?.[String(manifest.version)];
  const maintainers = (Array.isArray(listing.maintainers) ? listing.maintainers : []).map(loginOf).filter((name) => name !== undefined);
  const publisher = loginOf(manifest._npmUser);
  const repository = repositoryOf(manifest.repository);
  const { deprecated } = manifest;
  return {
    ...publicationAt(time),
    ...(maintainers.length === 0 ? {} : { maintainers: maintainers.sort() }),
    ...(publisher === undefined ? {} : { publisher }),
    ...(repository === undefined ? {} : { repository }),
    ...(typeof deprecated === "string" && deprecated !== "" ? { deprecated } : {}),
  };
}

/** Whether the registry has something that vouches for a version, to be checked. */
export function hasProofs(manifest: Fields): boolean {
  const { signatures, attestations } = fieldsOf(manifest.dist) ?? {};
  return attestations !== undefined || (signatures !== undefined && !(Array.isArray(signatures) && signatures.length === 0));
}

function loginOf(person: unknown): string | undefined {
  const name = fieldsOf(person)?.name;
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** The field `repository` of a package.json, in any of the forms that npm takes, as `github.com/my-org/my-repo`. */
export function repositoryOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value : fieldsOf(value)?.url;
  if (typeof text !== "string") return undefined;
  const shortcut = /^(?:(github|gitlab|bitbucket):)?([\w.-]+(?:\/[\w.-]+)+)$/.exec(text);
  if (shortcut !== null) return joined(HOSTS_OF_SHORTCUTS[shortcut[1] ?? "github"] ?? "", shortcut[2] ?? "");
  const scp = /^[\w.-]+@([\w.-]+):([^:]+)$/.exec(text);
  if (scp !== null) return joined(scp[1] ?? "", scp[2] ?? "");
  const address = text.replace(/^git\+/, "");
  if (!URL.canParse(address)) return undefined;
  const { host, pathname } = new URL(address);
  return joined(host, pathname);
}

function joined(host: string, path: string): string | undefined {
  const plain = path
    .replace(/^\/+|\/+$/g, "")
    .replace(/#.*$/, "")
    .replace(/\.git$/, "");
  return host === "" || !plain.includes("/") ? undefined : `${host.toLowerCase()}/${plain}`;
}

/** An object's fields; undefined for anything else. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}
