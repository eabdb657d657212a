import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { gitHostApi } from "../../../src/drivers/git-hosts/open-git-host.js";
import { GitHostWorld, settings, startGitHub, startServer } from "../../support/git-host-world.js";
import { type Answer, problem } from "../../support/recording-server.js";

const GITLAB_401 = problem(401, "401 Unauthorized");
const VERSION = { status: 200, body: '{"version":"1.24.0"}' };

async function kindOf(answers: Readonly<Record<string, Answer>>) {
  const world = await GitHostWorld.start();
  const server = await startServer(({ path }) => answers[path] ?? { status: 404, body: "<html>" });
  const api = await gitHostApi(new URL(server.url).host, world.context());
  return api?.constructor.name;
}

test.each<[string, Readonly<Record<string, Answer>>, string | undefined]>([
  ["GitHub Enterprise", { "api/v3/meta": { status: 200, headers: { "x-github-request-id": "1" }, body: "{}" } }, "GitHubApi"],
  [
    "GitHub Enterprise that shows nothing without a login",
    { "api/v3/meta": { status: 401, headers: { "x-github-request-id": "1" } } },
    "GitHubApi",
  ],
  ["GitLab", { "api/v4/version": GITLAB_401 }, "GitLabApi"],
  ["Gitea", { "api/v1/version": VERSION }, "GiteaApi"],
  ["a host of something else", {}, undefined],
  [
    "a host that answers everything with a login page",
    { "api/v3/meta": { status: 200, body: "<html>" }, "api/v1/version": { status: 302 } },
    undefined,
  ],
])("%s is known by what it answers without a login", async (_, answers, expected) => {
  expect(await kindOf(answers)).toBe(expected);
});

test("what was found out is remembered, and nobody was shown a token", async () => {
  const world = await GitHostWorld.start();
  const github = await startGitHub();
  github.addRepository("o/r");
  const { host } = new URL(github.url);
  const env = { ...world.env, GITHUB_TOKEN: "hunter2", GITLAB_TOKEN: "hunter2", GH_ENTERPRISE_TOKEN: "hunter2" };
  for (let turn = 0; turn < 2; turn += 1) {
    const api = await gitHostApi(host, world.context({ env }));
    expect((await api?.repository("o/r"))?.fullName).toBe("o/r");
  }
  expect(github.requests.map(({ path }) => path).sort()).toEqual(
    ["api/v1/version", "api/v3/meta", "api/v3/repos/o/r", "api/v3/repos/o/r", "api/v4/version"].sort(),
  );
  expect(JSON.stringify(github.requests)).not.toContain("hunter2");
});

test("what is remembered may be damaged or old", async () => {
  const world = await GitHostWorld.start();
  const github = await startGitHub();
  const { host } = new URL(github.url);
  const file = join(world.cacheDirectory, "git-hosts", "hosts.json");
  await mkdir(dirname(file), { recursive: true });
  for (const text of [
    "{",
    "[1]",
    "null",
    JSON.stringify({ [host]: { kind: "odd", at: 1 } }),
    JSON.stringify({ [host]: { kind: "none", at: 1 } }),
  ]) {
    await writeFile(file, text);
    expect(await gitHostApi(host, world.context())).toBeDefined();
    expect(await readFile(file, "utf8")).toContain('"github"');
  }
});

test("settings, gh's login and the variables of tools say whose API a host has, without asking it", async () => {
  const world = await GitHostWorld.start();
  const named = async (host: string, options: Parameters<GitHostWorld["context"]>[0]) =>
    (await gitHostApi(host, world.context(options)))?.constructor.name;
  const { env } = world;
  const hosts = new Map([
    ["git.invalid", "gitlab"],
    ["plain.invalid", "none"],
    ["bitbucket.invalid", "bitbucket"],
  ] as const);
  expect(await named("git.invalid", { settings: settings({ gitHosts: hosts }) })).toBe("GitLabApi");
  expect(await named("git.invalid:8443", { settings: settings({ gitHosts: hosts }) })).toBe("GitLabApi");
  expect(await named("plain.invalid", { settings: settings({ gitHosts: hosts }) })).toBeUndefined();
  // Its API has one address, which must not get another host's token.
  expect(await named("bitbucket.invalid", { settings: settings({ gitHosts: hosts }) })).toBeUndefined();
  expect(await named("ghe.invalid", { env: { ...env, GH_HOST: "ghe.invalid" } })).toBe("GitHubApi");
  expect(await named("gitlab.invalid", { env: { ...env, GITLAB_HOST: "https://gitlab.invalid" } })).toBe("GitLabApi");
  await mkdir(join(world.root, ".config", "gh"), { recursive: true });
  await writeFile(join(world.root, ".config", "gh", "hosts.yml"), "logged-in.invalid:\n    user: me\n");
  expect(await named("logged-in.invalid", {})).toBe("GitHubApi");
  expect(await named("unreachable.invalid", {})).toBeUndefined();
});
