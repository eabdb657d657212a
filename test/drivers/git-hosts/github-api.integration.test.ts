import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GitHosts } from "../../../src/drivers/git-hosts/git-hosts.js";
import { errorOf } from "../../support/error-of.js";
import { GitHostWorld, settings, startGitHub, startServer } from "../../support/git-host-world.js";

const REPOSITORY = "my-org/my-repo";

async function start() {
  const world = await GitHostWorld.start();
  return { world, github: await startGitHub() };
}

test("releases come newest first, without drafts, with their assets and digests", async () => {
  const { world, github } = await start();
  github.publishRelease(REPOSITORY, { tag: "v1.0.0", publishedAt: "2026-03-01T00:00:00Z", digests: false, assets: { "a.tgz": "12345" } });
  github.publishRelease(REPOSITORY, { tag: "v2.0.0-rc.1", isPreRelease: true, publishedAt: "2026-05-01T00:00:00Z" });
  github.publishRelease(REPOSITORY, { tag: "v1.0.1", publishedAt: "2026-04-01T00:00:00Z", assets: { "b.tgz": "1" } });
  github.publishRelease(REPOSITORY, { tag: "v3.0.0", isDraft: true });
  const api = await world.open("github.com", github.url);
  const releases = await api.releases(REPOSITORY);
  expect(releases.map(({ tag }) => tag)).toEqual(["v2.0.0-rc.1", "v1.0.1", "v1.0.0"]);
  expect(releases.map(({ isPreRelease }) => isPreRelease)).toEqual([true, false, false]);
  expect(releases[1]?.assets[0]?.digest).toBe(`sha256:${createHash("sha256").update("1").digest("hex")}`);
  expect(releases[2]).toMatchObject({ publishedAt: "2026-03-01T00:00:00Z", assets: [{ name: "a.tgz", sizeBytes: 5 }] });
  expect(releases[2]?.assets[0]).not.toHaveProperty("digest");
});

test("all pages of releases are read", async () => {
  const { world, github } = await start();
  for (let index = 0; index < 130; index += 1) github.publishRelease(REPOSITORY, { tag: `v1.0.${index}` });
  const releases = await (await world.open("github.com", github.url)).releases(REPOSITORY);
  expect(releases).toHaveLength(130);
  expect(github.requests).toHaveLength(2);
});

test("a release is found by its tag, and a tag without one has none", async () => {
  const { world, github } = await start();
  github.publishRelease(REPOSITORY, { tag: "release/1.0" });
  const api = await world.open("github.com", github.url);
  expect((await api.releaseOf(REPOSITORY, "release/1.0"))?.tag).toBe("release/1.0");
  expect(await api.releaseOf(REPOSITORY, "v9")).toBeUndefined();
});

test("repositories about a topic are searched, and a term can't smuggle in another qualifier", async () => {
  const { world, github } = await start();
  github.addRepository("a/hetzner", {
    topics: ["docker-machine-driver"],
    description: "For Hetzner Cloud",
    stargazers_count: 7,
    archived: true,
  });
  github.addRepository("b/other", { topics: ["docker-machine-driver"] });
  github.addRepository("c/hetzner", { topics: [] });
  const api = await world.open("github.com", github.url);
  expect(await api.search("docker-machine-driver", "hetzner")).toEqual([
    { fullName: "a/hetzner", isArchived: true, description: "For Hetzner Cloud", stars: 7, pushedAt: "2026-01-01T00:00:00Z" },
  ]);
  expect(await api.search("docker-machine-driver", "")).toHaveLength(2);
  await api.search("docker-machine-driver", "user:me");
  expect(github.requests.at(-1)?.path).not.toContain("user%3Ame");
});

test("the tokens for github.com are not sent to its mirror", async () => {
  const { world, github } = await start();
  github.publishRelease(REPOSITORY, { tag: "v1", assets: { a: "1" } });
  await writeFile(
    join(world.root, ".gitconfig"),
    '[credential "https://github.com"]\n\thelper = "!echo username=u; echo password=hunter2; :"\n',
  );
  const env = { ...world.env, GITHUB_TOKEN: "hunter2", GH_TOKEN: "hunter2", MACHINE_GITHUB_API_TOKEN: "hunter2" };
  const api = await world.open("github.com", github.url, { env });
  const [release] = await api.releases(REPOSITORY);
  await api.download(release!.assets[0]!, join(world.root, "a"));
  expect([...github.requests, ...github.storeRequests].map(({ authorization }) => authorization)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("what the API tells of its own address is asked from its mirror", async () => {
  const { world } = await start();
  const asset = { name: "a", url: "https://api.github.com/repos/o/r/releases/assets/1", size: 3, state: "uploaded" };
  const mirror = await startServer(({ path }) =>
    path.endsWith("assets/1") ? { status: 200, body: "abc" } : { status: 200, body: JSON.stringify([{ tag_name: "v1", assets: [asset] }]) },
  );
  const api = await world.open("github.com", mirror.url);
  const [release] = await api.releases("o/r");
  await api.download(release!.assets[0]!, join(world.root, "a"));
  expect(mirror.requests.map(({ path }) => path)).toEqual(["repos/o/r/releases?per_page=100", "repos/o/r/releases/assets/1"]);
});

test("an answer that still holds is not sent again, and costs none of the rate limit", async () => {
  const { world, github } = await start();
  github.publishRelease(REPOSITORY, { tag: "v1" });
  github.limitRate(1);
  await (await world.open("github.com", github.url)).releases(REPOSITORY);
  github.limitRate(1);
  const again = await (await world.open("github.com", github.url)).releases(REPOSITORY);
  await (await world.open("github.com", github.url)).releases(REPOSITORY);
  expect(again.map(({ tag }) => tag)).toEqual(["v1"]);
  github.publishRelease(REPOSITORY, { tag: "v2" });
  const newer = await (await world.open("github.com", github.url)).releases(REPOSITORY);
  expect(newer.map(({ tag }) => tag)).toEqual(["v2", "v1"]);
});

test("twenty drivers looked at again cost no rate limit, and the login for the host is looked for once", async () => {
  const { world, github } = await start();
  const names = Array.from({ length: 20 }, (_, index) => `org-${index}/repo`);
  for (const name of names) github.publishRelease(name, { tag: "v1" });
  const asked = join(world.root, "asked");
  await writeFile(
    join(world.root, ".gitconfig"),
    `[credential]\n\thelper = "!echo once >> ${asked}; echo username=u; echo password=p; :"\n`,
  );
  const context = world.context({ settings: settings({ gitApiMirrors: new Map([["github.com", github.url]]) }) });
  const look = async () => {
    const hosts = new GitHosts();
    return Promise.all(names.map(async (name) => (await hosts.api("github.com", context))?.releases(name)));
  };
  await look();
  expect(await readFile(asked, "utf8")).toBe("once\n");
  github.limitRate(1);
  const releases = await look();
  expect(releases.map((found) => found?.[0]?.tag)).toEqual(names.map(() => "v1"));
  expect(github.requests).toHaveLength(40);
});

test("what is kept is private, holds no token, and is not shown to another one; damage counts as missing", async () => {
  const { world, github } = await start();
  github.publishRelease(REPOSITORY, { tag: "v1" });
  github.setToken(REPOSITORY, "secret-1");
  const ask = async (token: string) =>
    (await world.open("github.com", github.url, { env: world.tokenFor(github.url, token) })).releases(REPOSITORY);
  await ask("secret-1");
  const folder = join(world.cacheDirectory, "git-hosts", "answers");
  const [name = ""] = await readdir(folder);
  const kept = await readFile(join(folder, name), "utf8");
  expect(name + kept).not.toContain("secret-1");
  expect((await errorOf(() => ask("secret-2"))).code).toBe("SOURCE_NOT_FOUND");
  for (const damage of ["{", "null", "[]", '{"form":1}', kept.replace('"value":', '"other":'), kept.slice(0, 40), "\u0000"]) {
    await writeFile(join(folder, name), damage);
    expect((await ask("secret-1")).map(({ tag }) => tag)).toEqual(["v1"]);
  }
});

test("offline, what was kept is all there is", async () => {
  const { world, github } = await start();
  github.publishRelease(REPOSITORY, { tag: "v1" });
  await (await world.open("github.com", github.url)).releases(REPOSITORY);
  const offline = { settings: settings({ offline: true, gitApiMirrors: new Map([["github.com", github.url]]) }) };
  const api = await world.open("github.com", github.url, offline);
  expect((await api.releases(REPOSITORY)).map(({ tag }) => tag)).toEqual(["v1"]);
  const error = await errorOf(() => api.releases("o/never-asked"));
  expect(error.code).toBe("SOURCE_NOT_CACHED");
  expect(error.message).toContain("never-asked");
  expect(github.requests).toHaveLength(1);
});

test("a used up rate limit says when it ends and how to lift it, and is not asked again", async () => {
  const { world, github } = await start();
  github.addRepository(REPOSITORY);
  github.limitRate(0, Date.now() + 28 * 60_000);
  const error = await errorOf(async () => (await world.open("github.com", github.url)).repository(REPOSITORY));
  expect(error.code).toBe("SOURCE_RATE_LIMITED");
  expect(error.message).toMatch(/^github\.com .* requests without a token .* ends at \d\d:\d\d:\d\d, in (28|29) minutes\.$/);
  expect(error.suggestions.join("\n")).toMatch(
    /GH_HOST=127\.0\.0\.1:\d+ and GH_ENTERPRISE_TOKEN[\s\S]*gh auth login[\s\S]*try again after/,
  );
  expect(github.requests).toHaveLength(1);
});

test("a secondary limit ends after what the host says", async () => {
  const { world, github } = await start();
  github.addRepository(REPOSITORY);
  github.limitFor(60);
  const error = await errorOf(async () => (await world.open("github.com", github.url)).repository(REPOSITORY));
  expect(error.code).toBe("SOURCE_RATE_LIMITED");
  expect(error.message).toContain("in a minute");
});

test("a renamed repository is found under its new name", async () => {
  const { world, github } = await start();
  github.publishRelease(REPOSITORY, { tag: "v1" });
  github.rename(REPOSITORY, "new-org/new-repo");
  const api = await world.open("github.com", github.url);
  expect((await api.repository(REPOSITORY)).fullName).toBe("new-org/new-repo");
  expect((await api.releases(REPOSITORY)).map(({ tag }) => tag)).toEqual(["v1"]);
});

test("a repository that is not there may be private, or the token may not read it", async () => {
  const { world, github } = await start();
  github.addRepository(REPOSITORY);
  github.remove(REPOSITORY);
  const without = await errorOf(async () => (await world.open("github.com", github.url)).repository(REPOSITORY));
  expect(without.code).toBe("SOURCE_NOT_FOUND");
  expect(without.message).toContain("private");
  expect(without.suggestions.join()).toContain("GH_ENTERPRISE_TOKEN");
  const env = world.tokenFor(github.url, "secret-1");
  const withToken = await errorOf(async () => (await world.open("github.com", github.url, { env })).releases(REPOSITORY));
  expect(withToken.message).toContain("$GH_ENTERPRISE_TOKEN");
  expect(withToken.message).not.toContain("secret-1");
});

test("a token that was set and is wrong is named; one that was found is done without", async () => {
  const { world, github } = await start();
  github.addRepository(REPOSITORY);
  github.badTokens.add("stale");
  const env = world.tokenFor(github.url, "stale");
  const error = await errorOf(async () => (await world.open("github.com", github.url, { env })).repository(REPOSITORY));
  expect(error.code).toBe("SOURCE_NEEDS_TOKEN");
  expect(error.message).toContain("$GH_ENTERPRISE_TOKEN: Bad credentials");
  const helper = join(world.root, "helper.sh");
  await writeFile(helper, "#!/bin/sh\necho username=u\necho password=stale\n", { mode: 0o700 });
  await writeFile(join(world.root, ".gitconfig"), `[credential]\n\thelper = ${helper}\n`);
  const api = await world.open("github.com", github.url);
  expect((await api.repository(REPOSITORY)).fullName).toBe(REPOSITORY);
  expect(github.requests.map(({ authorization }) => authorization)).toEqual(["Bearer stale", "Bearer stale", undefined]);
  expect(world.log.lines.join()).not.toContain("stale,");
});

test.each([
  ["a web page", { status: 200, headers: { "content-type": "text/html" }, body: "<html>Log in</html>" }, "SOURCE_ANSWER_INVALID"],
  ["other JSON", { status: 200, body: '{"full_name":7}' }, "SOURCE_ANSWER_INVALID"],
  ["a list", { status: 200, body: "[]" }, "SOURCE_ANSWER_INVALID"],
  ["half an answer", { status: 200, body: '{"full_name":"o/r"}', isCut: true }, "SOURCE_UNREACHABLE"],
  ["trouble", { status: 502, body: "<html>" }, "SOURCE_UNREACHABLE"],
  [
    "a refusal",
    { status: 403, body: '{"message":"Resource protected by organization SAML enforcement.\\u001b[31m"}' },
    "SOURCE_NEEDS_TOKEN",
  ],
  ["a redirect to another host", { status: 302, headers: { location: "https://evil.example/api" } }, "SOURCE_ANSWER_INVALID"],
  ["a redirect without encryption", { status: 302, headers: { location: "http://evil.example/api" } }, "SOURCE_INSECURE"],
  ["a redirect to itself", { status: 302, headers: { location: "/" } }, "SOURCE_ANSWER_INVALID"],
  ["a redirect to nowhere", { status: 302 }, "SOURCE_ANSWER_INVALID"],
  ["a strange status", { status: 418, body: "{}" }, "SOURCE_ANSWER_INVALID"],
])("%s is an error with what to do", async (_, answer, code) => {
  const { world, github } = await start();
  github.failure = answer;
  const error = await errorOf(async () => (await world.open("github.com", github.url)).repository("o/r"));
  expect(error.code).toBe(code);
  expect(error.suggestions.length).toBeGreaterThan(0);
  expect(error.message).not.toContain("\u001b");
});

test("an interrupt ends what is under way", async () => {
  const { world, github } = await start();
  const interrupt = new AbortController();
  const api = await world.open("github.com", github.url, { signal: interrupt.signal });
  interrupt.abort();
  expect((await errorOf(() => api.repository(REPOSITORY))).code).toBe("OPERATION_ABORTED");
});

test("a host that can't be reached is named", async () => {
  const { world, github } = await start();
  const { url } = github;
  await github.stop();
  const error = await errorOf(async () => (await world.open("github.com", url)).repository(REPOSITORY));
  expect(error.code).toBe("SOURCE_UNREACHABLE");
  expect(error.message).toContain(new URL(url).host);
});
