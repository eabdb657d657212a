import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorOf } from "../../support/error-of.js";
import { GitHostWorld, startServer } from "../../support/git-host-world.js";
import { type Routes, routes } from "../../support/routes.js";

/** The shapes of Gitea's and Forgejo's API: https://docs.gitea.com/api/. */
function answers(url: string): Routes {
  const asset = { id: 1, name: "driver.tgz", size: 7, download_count: 0, browser_download_url: `${url}attachments/1` };
  const release = { id: 1, tag_name: "v1.0.0", draft: false, prerelease: false, published_at: "2026-02-01T00:00:00Z", assets: [asset] };
  const repository = {
    full_name: "o/r",
    description: "For Hetzner",
    archived: true,
    stars_count: 4,
    updated_at: "2026-03-01T00:00:00Z",
  };
  return {
    "repos/o/r": () => repository,
    "repos/o/r/releases?draft=false&limit=50": () => [{ ...release, tag_name: "v2.0.0", draft: true }, release],
    "repos/o/r/releases/tags/v1.0.0": () => release,
    "repos/search?q=docker-machine-driver&topic=true&sort=stars&order=desc&limit=50": () => ({
      ok: true,
      data: [repository, { ...repository, full_name: "o/other", description: "" }],
    }),
    "attachments/1": () => ({ status: 200, body: "content" }),
  };
}

test("releases, facts and search of Gitea", async () => {
  const world = await GitHostWorld.start();
  const gitea = await startServer(routes(() => answers(gitea.url)));
  const api = await world.open("codeberg.org", gitea.url);
  const [release, ...others] = await api.releases("o/r");
  expect(release).toMatchObject({ tag: "v1.0.0", isPreRelease: false, publishedAt: "2026-02-01T00:00:00Z", assets: [{ sizeBytes: 7 }] });
  expect(others).toEqual([]);
  expect(await api.releaseOf("o/r", "v1.0.0")).toEqual(release);
  const facts = { fullName: "o/r", isArchived: true, description: "For Hetzner", stars: 4, pushedAt: "2026-03-01T00:00:00Z" };
  expect(await api.repository("o/r")).toEqual(facts);
  expect(await api.search("docker-machine-driver", "hetzner")).toEqual([facts]);
  expect((await errorOf(() => api.releases("o/none"))).code).toBe("SOURCE_NOT_FOUND");
});

test("a private repository takes a login of git's credential helpers, with its downloads", async () => {
  const world = await GitHostWorld.start();
  const gitea = await startServer(routes(() => answers(gitea.url), `Basic ${btoa("me:hunter2")}`));
  await writeFile(join(world.root, "helper"), "#!/bin/sh\nprintf 'username=me\\npassword=hunter2\\n'\n", { mode: 0o700 });
  const section = `[credential "https://${new URL(gitea.url).host}"]`;
  await writeFile(join(world.root, ".gitconfig"), `${section}\n\thelper = ${join(world.root, "helper")}\n`);
  const api = await world.open("codeberg.org", gitea.url);
  const [release] = await api.releases("o/r");
  await api.download(release!.assets[0]!, join(world.root, "driver.tgz"));
  expect(await readFile(join(world.root, "driver.tgz"), "utf8")).toBe("content");
});
