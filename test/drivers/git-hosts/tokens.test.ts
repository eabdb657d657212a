import { expect, test } from "vitest";
import { environmentToken, withoutTokens } from "../../../src/drivers/git-hosts/tokens.js";

const ALL = {
  GH_TOKEN: "gh",
  GITHUB_TOKEN: "github",
  GH_ENTERPRISE_TOKEN: "enterprise",
  GITLAB_TOKEN: "gitlab",
  GITEA_SERVER_TOKEN: "gitea",
};

test.each<[string, NodeJS.ProcessEnv, string | undefined]>([
  ["github.com", { ...ALL, MACHINE_GITHUB_API_TOKEN: "machine" }, "machine"],
  ["github.com", ALL, "gh"],
  ["github.com", { ...ALL, GH_TOKEN: " " }, "github"],
  ["github.com", { GITHUB_TOKEN: "github", GITHUB_SERVER_URL: "https://github.com" }, "github"],
  ["github.com", { GITHUB_TOKEN: "of-the-server", GITHUB_SERVER_URL: "https://ghe.corp" }, undefined],
  ["ghe.corp", { GITHUB_TOKEN: "of-the-server", GITHUB_SERVER_URL: "https://ghe.corp" }, "of-the-server"],
  ["ghe.corp", ALL, undefined],
  ["ghe.corp", { ...ALL, GH_HOST: "ghe.corp" }, "enterprise"],
  ["ghe.corp", { GITHUB_ENTERPRISE_TOKEN: "enterprise", GH_HOST: "ghe.corp" }, "enterprise"],
  ["ghe.corp:8443", { ...ALL, GH_HOST: "ghe.corp" }, undefined],
  ["other.corp", { ...ALL, GH_HOST: "ghe.corp" }, undefined],
  ["my.ghe.com", { GH_TOKEN: "tenant", GH_HOST: "my.ghe.com" }, "tenant"],
  ["github.com", { GH_TOKEN: "tenant", GH_HOST: "my.ghe.com" }, undefined],
  ["gitlab.com", ALL, "gitlab"],
  ["gitlab.com", { ...ALL, GITLAB_HOST: "https://gitlab.corp/" }, undefined],
  ["gitlab.corp", { ...ALL, GITLAB_HOST: "https://gitlab.corp/" }, "gitlab"],
  ["gitlab.corp", { GITLAB_ACCESS_TOKEN: "gitlab", GITLAB_HOST: "gitlab.corp" }, "gitlab"],
  ["codeberg.org", ALL, undefined],
  ["codeberg.org", { ...ALL, GITEA_SERVER_URL: "https://codeberg.org" }, "gitea"],
  ["github.com.evil.example", { ...ALL, MACHINE_GITHUB_API_TOKEN: "machine" }, undefined],
  ["__proto__", ALL, undefined],
])("for %s, %o holds the token %s", (host, env, secret) => {
  expect(environmentToken(host, env)?.secret).toBe(secret);
});

test("a token says which variable it is from", () => {
  expect(environmentToken("github.com", { GITHUB_TOKEN: " x\n" })).toEqual({ secret: "x", foundIn: "$GITHUB_TOKEN", isExplicit: true });
});

test("no token is left for programs that might send one elsewhere", () => {
  expect(withoutTokens({ ...ALL, GH_HOST: "a", PATH: "/bin" })).toEqual({ GH_HOST: "a", PATH: "/bin" });
});
