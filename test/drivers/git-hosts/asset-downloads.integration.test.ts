import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { errorOf } from "../../support/error-of.js";
import { GitHostWorld, startGitHub, startServer } from "../../support/git-host-world.js";

const REPOSITORY = "my-org/my-repo";

async function start() {
  const world = await GitHostWorld.start();
  return { world, github: await startGitHub() };
}

test("an asset comes from another origin, which sees no token", async () => {
  const { world, github } = await start();
  const content = Buffer.alloc(300_000, "x");
  github.publishRelease(REPOSITORY, { tag: "v1", assets: { "driver.tgz": content } });
  github.setToken(REPOSITORY, "secret-1");
  const api = await world.open("github.com", github.url, { env: world.tokenFor(github.url, "secret-1") });
  const [release] = await api.releases(REPOSITORY);
  const file = join(world.root, "driver.tgz");
  await api.download(release!.assets[0]!, file);
  expect((await readFile(file)).equals(content)).toBe(true);
  expect(github.requests.every(({ authorization }) => authorization === "Bearer secret-1")).toBe(true);
  expect(github.storeRequests).toHaveLength(1);
  expect(JSON.stringify(github.storeRequests)).not.toContain("secret-1");
});

test.each([
  ["cut", "SOURCE_UNREACHABLE"],
  ["html", "SOURCE_ANSWER_INVALID"],
  ["wrong-content", "SOURCE_INTEGRITY"],
  ["missing", "SOURCE_NOT_FOUND"],
] as const)("an asset that is %s leaves no file", async (fault, code) => {
  const { world, github } = await start();
  github.publishRelease(REPOSITORY, { tag: "v1", assets: { "driver.tgz": Buffer.alloc(100_000, "x") } });
  const api = await world.open("github.com", github.url);
  const [release] = await api.releases(REPOSITORY);
  github.assetFault = fault;
  const error = await errorOf(() => api.download(release!.assets[0]!, join(world.root, "driver.tgz")));
  expect(error.code).toBe(code);
  expect(await readdir(world.root)).not.toContain("driver.tgz");
});

test("a redirect back to the API's origin gets no token any more", async () => {
  const { world } = await start();
  const asset = { name: "a", size: 3, state: "uploaded" };
  const api = await startServer(({ path }) => {
    if (path === "back") return { status: 200, body: "abc" };
    if (path === "asset") return { status: 302, headers: { location: other.url } };
    return { status: 200, body: JSON.stringify([{ tag_name: "v1", assets: [{ ...asset, url: `${api.url}asset` }] }]) };
  });
  const other = await startServer(() => ({ status: 302, headers: { location: `${api.url}back` } }));
  const client = await world.open("github.com", api.url, { env: world.tokenFor(api.url, "secret-1") });
  const [release] = await client.releases("o/r");
  await client.download(release!.assets[0]!, join(world.root, "a"));
  expect(api.requests.map(({ authorization }) => authorization)).toEqual(["Bearer secret-1", "Bearer secret-1", undefined]);
  expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
});

test("an asset at an address without encryption is refused", async () => {
  const { world, github } = await start();
  const api = await world.open("github.com", github.url);
  const error = await errorOf(() => api.download({ name: "a", address: "http://downloads.example/a" }, join(world.root, "a")));
  expect(error.code).toBe("SOURCE_INSECURE");
});

test("a file that its store calls packed stays as it is", async () => {
  const { world } = await start();
  const packed = gzipSync("content");
  const store = await startServer(() => ({ status: 200, headers: { "content-encoding": "gzip" }, body: packed }));
  const api = await world.open("github.com", store.url);
  await api.download({ name: "a.tgz", address: store.url, sizeBytes: packed.length }, join(world.root, "a.tgz"));
  expect((await readFile(join(world.root, "a.tgz"))).equals(packed)).toBe(true);
});
