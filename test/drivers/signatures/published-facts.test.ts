import { expect, test } from "vitest";
import { publishedFacts, repositoryOf } from "../../../src/drivers/signatures/published-facts.js";

test.each([
  ["git+https://github.com/my-org/my-repo.git", "github.com/my-org/my-repo"],
  ["https://GitHub.com/my-org/my-repo/", "github.com/my-org/my-repo"],
  ["https://github.com/my-org/my-repo#readme", "github.com/my-org/my-repo"],
  ["git@github.com:my-org/my-repo.git", "github.com/my-org/my-repo"],
  ["git+ssh://git@gitlab.com/group/sub/repo.git", "gitlab.com/group/sub/repo"],
  ["git://example.com/my-org/my-repo", "example.com/my-org/my-repo"],
  ["my-org/my-repo", "github.com/my-org/my-repo"],
  ["gitlab:my-org/my-repo", "gitlab.com/my-org/my-repo"],
  [{ type: "git", url: "https://github.com/my-org/my-repo" }, "github.com/my-org/my-repo"],
])("The repository %j is %s", (field, repository) => {
  expect(repositoryOf(field)).toBe(repository);
});

test.each([undefined, "", "nonsense", 7, {}, { url: 7 }, "https://github.com/"])("%j names no repository", (field) => {
  expect(repositoryOf(field)).toBeUndefined();
});

test("What a registry tells in the wrong form counts as not told", () => {
  const manifest = { version: "1.0.0", deprecated: false, _npmUser: "ann" };
  expect(publishedFacts({ time: { "1.0.0": "yesterday" }, maintainers: ["ann", { name: 7 }] }, manifest)).toEqual({});
  expect(publishedFacts({ time: 7, maintainers: "ann" }, { version: "__proto__", deprecated: "" })).toEqual({});
});
