import { expect, test } from "vitest";
import { isRateLimited, rateLimited } from "../../../src/drivers/git-hosts/rate-limit.js";

const NOW = Date.UTC(2026, 10, 23, 12);
const NOBODY = { host: "github.com", loginHost: "github.com", kind: "github", token: undefined };

function header(headers: Readonly<Record<string, string>>) {
  return (name: string) => headers[name];
}

test.each([
  [403, { "x-ratelimit-remaining": "0" }, "", true],
  [403, { "x-ratelimit-remaining": "17" }, "Must have admin rights", false],
  [403, { "retry-after": "30" }, "", true],
  [403, {}, "You have exceeded a secondary rate limit", true],
  [403, {}, "Forbidden", false],
  [429, {}, "", true],
  [404, { "x-ratelimit-remaining": "0" }, "", false],
])("%s with %o and %j is a used up limit: %s", (status, headers, message, expected) => {
  expect(isRateLimited(status, header(headers), message)).toBe(expected);
});

test.each([
  ["GitHub", { "x-ratelimit-reset": String(NOW / 1000 + 600) }, "in 10 minutes"],
  ["GitLab", { "ratelimit-reset": String(NOW / 1000 + 59) }, "in a minute"],
  ["a pause in seconds", { "retry-after": "120" }, "in 2 minutes"],
  ["a pause until a date", { "retry-after": new Date(NOW + 3_600_000).toUTCString() }, "in 60 minutes"],
  ["a time that has passed", { "x-ratelimit-reset": "1" }, "in 0 minutes"],
  ["nonsense", { "retry-after": "soon" }, "did not say for how long"],
])("%s says when a limit ends", (_, headers, said) => {
  expect(rateLimited(header(headers), NOBODY, NOW).message).toContain(said);
});

test("a clock of this computer that is wrong does not matter", () => {
  const headers = { date: new Date(NOW).toUTCString(), "x-ratelimit-reset": String(NOW / 1000 + 600) };
  for (const now of [NOW - 86_400_000, NOW + 86_400_000])
    expect(rateLimited(header(headers), NOBODY, now).message).toContain("in 10 minutes");
});

test("who has a token can only wait, or use another one; who has none is told how to set one, for that host", () => {
  const token = { secret: "hunter2", foundIn: "$GH_TOKEN", isExplicit: true };
  const limited = rateLimited(header({}), { ...NOBODY, token }, NOW);
  expect(limited.message).toContain("the token of $GH_TOKEN");
  expect(JSON.stringify([limited.message, limited.suggestions])).not.toContain("hunter2");
  expect(limited.suggestions).toHaveLength(1);
  const enterprise = rateLimited(
    header({}),
    { host: "ghe.corp", loginHost: "ghe.corp", kind: "github", token: undefined },
    NOW,
  ).suggestions.join();
  expect(enterprise).toContain("GH_HOST=ghe.corp and GH_ENTERPRISE_TOKEN");
  expect(enterprise).toContain("gh auth login --hostname ghe.corp");
  expect(
    rateLimited(
      header({}),
      { host: "bitbucket.org", loginHost: "bitbucket.org", kind: "bitbucket", token: undefined },
      NOW,
    ).suggestions.join(),
  ).toContain("git help");
});
