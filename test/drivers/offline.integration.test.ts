import { createHash, randomBytes } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { GitCache } from "../../src/drivers/origins/git-cache.js";
import type { GitSource } from "../../src/drivers/source/git-source.js";
import { parseSource } from "../../src/drivers/source/source.js";
import { dependentDriver, driverPackage, plainPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";

const PACKAGE = "npm:docker-machine-driver-acme";
const REPOSITORY = "my-org/docker-machine-driver-acme";
const SOURCE = `github.com/${REPOSITORY}`;
const offline = { offline: true };

/** What the drivers keep beside npm's cache. */
function cachingDrivers(world: DriverWorld) {
  return world.drivers({ cacheDirectory: join(world.root, "cache") });
}

function requestCount(world: DriverWorld): number {
  return world.registry.requests.length + world.git.requests.length;
}

test.each([
  ["that says nothing of caching", {}],
  ["with entity tags", { etag: '"1"', vary: "accept" }],
])("a package and its dependencies are installed again from npm's cache, of a registry %s", async (_, headers) => {
  const world = await DriverWorld.start();
  world.registry.headers = headers;
  world.registry.publish(plainPackage("dep", "1.0.0"));
  world.registry.publish(driverPackage({ ...dependentDriver("acme", "^1"), version: "1.0.0" }));
  await cachingDrivers(world).install(PACKAGE);
  world.registry.headers = { ...headers, ...("etag" in headers ? { etag: '"2"' } : {}) };
  world.registry.publish(driverPackage({ ...dependentDriver("acme", "^1"), version: "1.1.0" }));
  await cachingDrivers(world).install(PACKAGE);
  await cachingDrivers(world).uninstall("acme");
  const before = requestCount(world);

  const receipt = await cachingDrivers(world).install(PACKAGE, offline);

  expect(receipt.version).toBe("1.1.0");
  expect((await world.drivers().obtain("acme")).definition.summary).toBe("dep 1.0.0");
  expect(requestCount(world)).toBe(before);
});

test("what npm's cache lacks is named: the package, or its version", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(plainPackage("dep", "1.0.0"));
  world.registry.publish(driverPackage(dependentDriver("acme", "^1")));
  const absent = await errorOf(() => cachingDrivers(world).install(PACKAGE, offline));
  expect([absent.code, absent.message]).toEqual([
    "SOURCE_NOT_CACHED",
    expect.stringContaining("the package docker-machine-driver-acme (for docker-machine-driver-acme@latest)"),
  ]);
  await cachingDrivers(world).preview(PACKAGE);
  const unfetched = await errorOf(() => cachingDrivers(world).install(PACKAGE, offline));
  expect([unfetched.code, unfetched.message]).toEqual([
    "SOURCE_NOT_CACHED",
    expect.stringContaining("docker-machine-driver-acme/-/1.0.0.tgz"),
  ]);
  expect(unfetched.suggestions.join()).toContain("driver bundle");
});

test("a commit of a repository is installed again by tag, range, branch or commit, as the references were seen last", async () => {
  const world = await DriverWorld.start();
  const commit = await world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
  await cachingDrivers(world).install(SOURCE);
  await world.git.commit(REPOSITORY, driverPackage({ version: "1.1.0" }), { tag: "v1.1.0" });
  const before = requestCount(world);
  for (const typed of [
    SOURCE,
    `${SOURCE}@v1.0.0`,
    `${SOURCE}@^1`,
    `${SOURCE}@main`,
    `${SOURCE}@${commit}`,
    `${SOURCE}@${commit.slice(0, 9)}`,
  ]) {
    await cachingDrivers(world).uninstall("acme");
    expect(await cachingDrivers(world).install(typed, offline)).toMatchObject({ version: "1.0.0", commit });
  }
  expect(requestCount(world)).toBe(before);
});

test("a repository or a commit that was never fetched is named, and what is there instead", async () => {
  const world = await DriverWorld.start();
  await world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
  const absent = await errorOf(() => cachingDrivers(world).install(SOURCE, offline));
  expect([absent.code, absent.message]).toEqual(["SOURCE_NOT_CACHED", expect.stringContaining(`the repository ${SOURCE}`)]);
  await cachingDrivers(world).install(SOURCE);
  const commit = await world.git.commit(REPOSITORY, driverPackage({ version: "1.1.0" }), { tag: "v1.1.0" });
  await cachingDrivers(world).preview(SOURCE);
  const error = await errorOf(() => cachingDrivers(world).install(SOURCE, offline));
  expect([error.code, error.message]).toEqual(["SOURCE_NOT_CACHED", expect.stringContaining(`${commit} of ${SOURCE}, its tag v1.1.0`)]);
  expect(error.suggestions[0]).toContain(`docker-machine driver install --offline ${SOURCE}@v1.0.0`);
});

test("an object of the cache that was exchanged is found by git, and not installed", async () => {
  const world = await DriverWorld.start();
  const files = driverPackage();
  const commit = await world.git.commit(REPOSITORY, files, { tag: "v1.0.0" });
  await cachingDrivers(world).install(SOURCE);
  await cachingDrivers(world).uninstall("acme");
  const [key = ""] = await readdir(join(world.root, "cache/git"));
  const repository = join(world.root, "cache/git", key, `${commit}.git`);
  const blob = (content: string) => Buffer.from(`blob ${content.length}\0${content}`);
  const name = createHash("sha1")
    .update(blob(files["index.js"] ?? ""))
    .digest("hex");
  const file = join(repository, "objects", name.slice(0, 2), name.slice(2));
  await rm(file);
  await writeFile(file, deflateSync(blob((files["index.js"] ?? "").replace("Running", "Stopped"))));

  expect((await errorOf(() => cachingDrivers(world).install(SOURCE, offline))).code).toBe("SOURCE_NOT_CACHED");
  expect(await world.folders()).toEqual([]);
  await cachingDrivers(world).install(SOURCE);
  await cachingDrivers(world).uninstall("acme");
  expect((await cachingDrivers(world).install(SOURCE, offline)).commit).toBe(commit);
});

test("the cache's size is bounded: the commits that were used last stay", async () => {
  const world = await DriverWorld.start();
  const cache = new GitCache({ directory: join(world.root, "cache"), limitBytes: 30_000 });
  const source = parseSource(SOURCE, "/") as GitSource;
  const git = { source, remote: { address: "", isMirror: true }, env: world.env, signal: new AbortController().signal };
  const commits: string[] = [];
  for (const version of ["1.0.0", "1.1.0", "1.2.0"]) {
    const files = driverPackage({ version, files: { "noise.txt": randomBytes(9000).toString("base64") } });
    commits.push(await world.git.commit(REPOSITORY, files));
    await cache.keepCommit(git, commits.at(-1) ?? "", world.git.repository(REPOSITORY));
    await cache.find(source, commits[0] ?? "");
  }
  const found = await Promise.all(commits.map(async (commit) => (await cache.find(source, commit)) !== undefined));
  expect(found).toEqual([true, false, true]);
});
