import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorOf } from "../../support/error-of.js";
import { GitHostWorld, startServer } from "../../support/git-host-world.js";
import { type Routes, routes } from "../../support/routes.js";

const PROJECT = "projects/my-group%2Fsub%2Fmy-repo";

/** The shapes of https://docs.gitlab.com/api/releases/ and https://docs.gitlab.com/api/projects/. */
function answers(url: string): Routes {
  const link = { id: 1, name: "driver.tgz", url: `${url}projects/7/packages/generic/driver/1.0.0/driver.tgz`, link_type: "package" };
  const direct_asset_url = "https://gitlab.com/my-group/sub/my-repo/-/releases/v1.0.0/downloads/driver.tgz";
  const release = {
    tag_name: "v1.0.0",
    name: "One",
    released_at: "2026-02-01T00:00:00.000Z",
    upcoming_release: false,
    assets: {
      count: 5,
      sources: [],
      links: [
        { ...link, direct_asset_url },
        { ...link, id: 2, url: "ftp://old.example/driver.tgz" },
      ],
    },
  };
  const project = {
    id: 7,
    path_with_namespace: "my-group/sub/my-repo",
    description: "A driver",
    archived: false,
    star_count: 3,
    last_activity_at: "2026-03-01T00:00:00.000Z",
  };
  return {
    [PROJECT]: () => project,
    [`${PROJECT}/releases?per_page=100`]: () => [
      { ...release, tag_name: "v2.0.0", upcoming_release: true },
      { ...release, tag_name: "v1.1.0-rc.1", released_at: "2026-02-02T00:00:00.000Z", assets: { links: [] } },
      release,
    ],
    [`${PROJECT}/releases/v1.0.0`]: () => release,
    "projects?topic=docker-machine-driver&order_by=star_count&per_page=50&search=hetzner": () => [project],
    "projects/7/packages/generic/driver/1.0.0/driver.tgz": () => ({ status: 200, body: "content" }),
    "projects/old%2Frepo": () => ({ status: 301, headers: { location: `${url}${PROJECT}` } }),
  };
}

async function start() {
  const world = await GitHostWorld.start();
  const gitlab = await startServer(routes(() => answers(gitlab.url)));
  return { world, gitlab };
}

test("releases, facts and search of GitLab; what is still to come is left out", async () => {
  const { world, gitlab } = await start();
  const api = await world.open("gitlab.com", gitlab.url);
  const releases = await api.releases("my-group/sub/my-repo");
  expect(releases.map(({ tag, isPreRelease }) => [tag, isPreRelease])).toEqual([
    ["v1.1.0-rc.1", true],
    ["v1.0.0", false],
  ]);
  expect(releases[1]).toMatchObject({ publishedAt: "2026-02-01T00:00:00.000Z", assets: [{ name: "driver.tgz" }] });
  expect(await api.releaseOf("my-group/sub/my-repo", "v1.0.0")).toEqual(releases[1]);
  expect(await api.releaseOf("my-group/sub/my-repo", "v9")).toBeUndefined();
  const facts = {
    fullName: "my-group/sub/my-repo",
    isArchived: false,
    description: "A driver",
    stars: 3,
    pushedAt: "2026-03-01T00:00:00.000Z",
  };
  expect(await api.repository("old/repo")).toEqual(facts);
  expect(await api.search("docker-machine-driver", "hetzner")).toEqual([facts]);
});

test("a private project takes the token of GITLAB_TOKEN, which is sent to GITLAB_HOST alone", async () => {
  const world = await GitHostWorld.start();
  const gitlab = await startServer(routes(() => answers(gitlab.url), "Bearer secret-1"));
  const env = { ...world.env, GITLAB_TOKEN: "secret-1", GITLAB_HOST: new URL(gitlab.url).host };
  const api = await world.open("gitlab.com", gitlab.url, { env });
  const [, release] = await api.releases("my-group/sub/my-repo");
  const file = join(world.root, "driver.tgz");
  await api.download(release!.assets[0]!, file);
  expect(await readFile(file, "utf8")).toBe("content");
  const withOther = await world.open("gitlab.com", gitlab.url, { env: { ...env, GITLAB_HOST: "gitlab.com" } });
  expect((await errorOf(() => withOther.repository("my-group/sub/my-repo"))).code).toBe("SOURCE_NOT_FOUND");
  expect(gitlab.requests.at(-1)?.authorization).toBeUndefined();
});

test("GitLab's rate limit says when it ends, and how to lift it", async () => {
  const world = await GitHostWorld.start();
  const reset = String(Math.ceil(Date.now() / 1000) + 600);
  const gitlab = await startServer(() => ({
    status: 429,
    headers: { "ratelimit-remaining": "0", "ratelimit-reset": reset },
    body: "Retry later",
  }));
  const error = await errorOf(async () => (await world.open("gitlab.com", gitlab.url)).repository("a/b"));
  expect(error.code).toBe("SOURCE_RATE_LIMITED");
  expect(error.message).toMatch(/in (9|10|11) minutes/);
  expect(error.suggestions.join()).toMatch(/GITLAB_HOST=127\.0\.0\.1:\d+ and GITLAB_TOKEN/);
});
