import { expect, it } from "vitest";
import {
  type MatchUse,
  matchesRepository,
  matchesSource,
  parsePattern,
  type SourcePattern,
} from "../../../src/drivers/policy/source-pattern.js";
import { parseSource } from "../../../src/drivers/source/source.js";

function patternOf(text: string): SourcePattern {
  const pattern = parsePattern(text);
  if (typeof pattern === "string") throw new Error(pattern);
  return pattern;
}

const matches = (pattern: string, source: string, use: MatchUse) => matchesSource(patternOf(pattern), parseSource(source, "/home/me"), use);

it.each<[string, string]>([
  ["github.com/my-org/*", "my-org/my-repo"],
  ["github.com/my-org/*", "github.com/my-org/my-repo@v1.2.3"],
  ["github.com/my-org/*", "https://github.com/my-org/my-repo.git#main"],
  ["github.com/my-org/*", "git@github.com:my-org/my-repo.git"],
  ["github.com/my-org/*", "git+ssh://git@github.com:22/my-org/my-repo.git"],
  ["github.com/my-org/*", "git+ssh://git@ssh.github.com:443/my-org/my-repo.git"],
  ["github.com/my-org/*", "https://www.github.com/my-org/my-repo"],
  ["github.com/My-Org/*", "GitHub.com/my-ORG/my-repo"],
  ["github.com/my-org", "my-org/my-repo"],
  ["github.com/my-org/", "my-org/my-repo"],
  ["github.com/my-org/docker-*", "my-org/docker-x"],
  ["github.com/my-org/my-repo.git", "my-org/my-repo"],
  ["gitlab.com/group", "gitlab.com/group/sub/repo"],
  ["gitlab.com/group/*/repo", "gitlab.com/group/sub/repo"],
  ["git.example.com:8443/*", "git+https://git.example.com:8443/team/repo"],
  ["*.example.com", "git.example.com/team/repo"],
  ["npm:@my-scope/*", "npm:@my-scope/driver@^1"],
  ["npm:@my-scope", "@my-scope/driver"],
  ["npm:docker-machine-driver-*", "npm:docker-machine-driver-x"],
  ["npm:*", "npm:@any/thing"],
  ["https://example.com/drivers/*", "https://example.com/drivers/x.tgz?download=1"],
  ["https://EXAMPLE.com", "https://example.com/any/x.tgz"],
  ["file:/opt/drivers", "/opt/drivers/x.tgz"],
  ["file:/opt/drivers/*", "/opt/drivers/x"],
  ["file:/srv/git", "git+file:///srv/git/x.git"],
  ["*", "anybody/anything"],
  ["*", "./here"],
])("%s covers %s, for allow and deny", (pattern, source) => {
  expect(matches(pattern, source, "allow")).toBe(true);
  expect(matches(pattern, source, "deny")).toBe(true);
});

it.each<[string, string]>([
  ["github.com/my-org/*", "my-org-evil/my-repo"],
  ["github.com/my-org/*", "my/org"],
  ["github.com/my-org/my", "my-org/my-repo"],
  ["github.com/my-org/*", "gitlab.com/my-org/repo"],
  ["github.com/my-org/*", "git+https://github.com.evil.example/my-org/repo"],
  ["github.com/my-org/*", "git+https://evil.example/github.com/my-org/repo"],
  ["github.com/*/repo", "gitlab.com/o/repo"],
  ["*.example.com", "git+https://example.com.evil.org/o/repo"],
  ["npm:my-*", "npm:@my-scope/my-driver"],
  ["npm:@my-scope/*", "npm:my-scope"],
  ["npm:@my-scope", "npm:@my-scope-evil/x"],
  ["npm:driver", "npm:driver-evil"],
  ["npm:github.com", "github.com/npm/x"],
  ["https://example.com/drivers", "https://example.com/other/x.tgz"],
  ["file:/opt/drivers", "/opt/drivers-evil/x"],
  ["file:/opt/drivers", "git+file:///opt/drivers/..%2f..%2fhome/me/x"],
  ["file:/opt/drivers", "/opt/drivers/../x"],
])("%s does not cover %s, for allow or deny", (pattern, source) => {
  expect(matches(pattern, source, "allow")).toBe(false);
  expect(matches(pattern, source, "deny")).toBe(false);
});

it.each<[string, string]>([
  ["github.com/bad/*", "https://github.com/bad/x/releases/download/v1/x.tgz"],
  ["github.com/bad/*", "https://codeload.github.com/bad/x/legacy.tar.gz"],
  ["github.com/bad/*", "https://github.com/good/..%2fbad/x.tgz"],
  ["https://github.com/bad", "bad/x"],
  ["github.com/bad", "git+https://github.com:8443/bad/x"],
  ["https://example.com/bad", "https://example.com/BAD/x.tgz"],
  ["https://example.com", "https://example.com:8443/x.tgz"],
  ["file:/opt/bad", "/opt/BAD/x"],
])("%s covers %s for deny alone: it is meant widely there", (pattern, source) => {
  expect(matches(pattern, source, "deny")).toBe(true);
  expect(matches(pattern, source, "allow")).toBe(false);
});

it.each<[string, RegExp]>([
  ["my-org/*", /with its host, as "github.com\/my-org\/\*"/],
  ["@my-scope/*", /"npm:@my-scope\/\*"/],
  ["github:my-org/x", /"github.com\/my-org\/x"/],
  ["git@github.com:my-org/x", /no login/],
  ["github.com/my-org/x@v1", /no login, version or reference/],
  ["npm:x@^1", /no version/],
  ["npm:", /"npm:NAME"/],
  ["npm:x y", /"npm:NAME"/],
  ["file:./x", /"file:\/WHOLE\/PATH"/],
  ["virtualbox", /it must be/],
  ["github.com/my org", /it must be/],
  ["ftp://example.com", /it must be/],
  ["gíthub.com/x", /it must be/],
  [" ", /it must be/],
])("%j is no pattern, and what is meant is said", (text, problem) => expect(parsePattern(text)).toMatch(problem));

it("a repository of provenance is matched as one of a source", () => {
  expect(matchesRepository(patternOf("github.com/my-org"), "github.com/My-Org/x")).toBe(true);
  expect(matchesRepository(patternOf("github.com/my-org"), "github.com/my-org-evil/x")).toBe(false);
});
