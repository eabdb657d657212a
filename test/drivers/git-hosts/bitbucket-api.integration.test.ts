import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorOf } from "../../support/error-of.js";
import { GitHostWorld, startServer } from "../../support/git-host-world.js";
import { type Routes, routes } from "../../support/routes.js";

const NAMES = ["driver-1.0.0.tgz", "driver-1.0.0-rc.1.tgz", "driver-1.0.1-linux-amd64.tar.gz", "driver-11.0.0.tgz", "logo.png"];

/** The shapes of https://developer.atlassian.com/cloud/bitbucket/rest/: downloads belong to the repository, and pages are told in the JSON. */
function answers(url: string, store: string): Routes {
  const tag = (name: string, day: string) => ({
    name,
    type: "tag",
    target: { hash: "0".repeat(40), date: `2026-01-${day}T00:00:00+00:00` },
  });
  const download = (name: string) => ({ name, size: 7, links: { self: { href: `${url}repositories/w/r/downloads/${name}` } } });
  return {
    "repositories/w/r": () => ({ full_name: "w/r", description: "", updated_on: "2026-03-01T00:00:00+00:00", is_private: false }),
    "repositories/w/r/refs/tags?sort=-target.date&pagelen=100": () => ({
      values: [tag("v1.0.1", "03"), tag("v1.0.0", "02")],
      next: `${url}repositories/w/r/refs/tags?page=2`,
    }),
    "repositories/w/r/refs/tags?page=2": () => ({ values: [tag("v1.0.0-rc.1", "01")] }),
    "repositories/w/r/downloads?pagelen=100": () => ({ values: NAMES.map(download) }),
    "repositories/w/r/downloads/driver-1.0.0.tgz": () => ({ status: 302, headers: { location: `${store}file?Signature=1` } }),
  };
}

test("Bitbucket's tags count as releases, with the downloads whose names hold their version", async () => {
  const world = await GitHostWorld.start();
  const store = await startServer(() => ({ status: 200, body: "content" }));
  const bitbucket = await startServer(routes(() => answers(bitbucket.url, store.url)));
  const api = await world.open("bitbucket.org", bitbucket.url);
  const releases = await api.releases("w/r");
  expect(releases.map(({ tag, isPreRelease, assets }) => [tag, isPreRelease, assets.map(({ name }) => name)])).toEqual([
    ["v1.0.1", false, ["driver-1.0.1-linux-amd64.tar.gz"]],
    ["v1.0.0", false, ["driver-1.0.0.tgz"]],
    ["v1.0.0-rc.1", true, ["driver-1.0.0-rc.1.tgz"]],
  ]);
  expect((await api.releaseOf("w/r", "v1.0.0"))?.publishedAt).toBe("2026-01-02T00:00:00+00:00");
  await api.download(releases[1]!.assets[0]!, join(world.root, "driver.tgz"));
  expect(await readFile(join(world.root, "driver.tgz"), "utf8")).toBe("content");
  expect(await api.repository("w/r")).toEqual({ fullName: "w/r", isArchived: false, pushedAt: "2026-03-01T00:00:00+00:00" });
  expect(await api.search("docker-machine-driver", "")).toEqual([]);
  expect((await errorOf(() => api.releases("w/none"))).code).toBe("SOURCE_NOT_FOUND");
});
