import { repositoryIdentity } from "../source/git-source.js";
import { type DriverSource, parseSource } from "../source/source.js";

/** The key of a repository, by which one is known that is written in different ways: `github.com/owner/repo` in lower case. Undefined for other sources. */
export function repositoryKey(source: DriverSource): string | undefined {
  if (source.kind !== "git") return undefined;
  return repositoryIdentity(source).replace(/^git:/, "").toLowerCase();
}

/** The key of the repository that a package.json or a registry names; undefined if it is none. */
export function repositoryKeyOf(told: unknown): string | undefined {
  const text = typeof told === "object" && told !== null && "url" in told ? told.url : told;
  if (typeof text !== "string") return undefined;
  try {
    return repositoryKey(parseSource(text.trim().replace(/^git:\/\//, "https://"), "/"));
  } catch {
    // A registry tells what authors wrote.
    return undefined;
  }
}
