import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { DriverCatalog } from "../../../src/drivers/search/driver-catalog.js";
import type { DriverRow } from "../../../src/drivers/search/driver-row.js";
import { driverPackage, writeFiles } from "../../support/driver-package.js";
import { DriverWorld } from "../../support/driver-world.js";
import { errorOf } from "../../support/error-of.js";
import { type Answer, RecordingServer } from "../../support/recording-server.js";
import { IndexWorld, indexEntry, indexText } from "../../support/signed-index.js";
import { VerdaccioRegistry } from "../../support/verdaccio.js";

const KEYWORDS = { keywords: ["docker-machine-driver"] };
const ACME = indexEntry("acme", { sources: [{ source: "github.com/acme-org/acme", form: "program" }], publisher: "Acme" });
const INDEX = { revision: 3, drivers: [{ name: "none", summary: "Known by their URL", delivery: "shipped", sources: [] }, ACME] };

interface CatalogOptions {
  /** For the world's registry. */
  readonly token?: string;
  /** The index's. */
  readonly address?: string;
  /** Another registry's address. */
  readonly registry?: string;
}

/** A world with an index, a registry and GitHub, and the catalogue of all their drivers. */
async function catalogWorld({ token, address, registry }: CatalogOptions = {}) {
  const world = await DriverWorld.start();
  const env = registry === undefined ? world.env : { ...world.env, npm_config_registry: registry };
  const index = await IndexWorld.create(world.root, INDEX);
  const catalog = new DriverCatalog({
    directory: world.directory,
    cacheDirectory: index.cacheDirectory,
    indexDirectory: index.shippedDirectory,
    settings: async () => ({
      gitMirrors: new Map(),
      gitApiMirrors: new Map([["github.com", world.github.url]]),
      gitHosts: new Map(),
      ...(address === undefined ? {} : { indexAddress: address }),
    }),
    env: token === undefined ? env : { ...env, [`npm_config_${world.registry.url.replace("http:", "")}:_authToken`]: token },
    log: world.log,
    signal: new AbortController().signal,
  });
  return { world, index, catalog };
}

/** Puts drivers of all kinds into a world. */
function fill({ registry, github }: DriverWorld): void {
  const manifest = {
    ...KEYWORDS,
    description: "Fast machines",
    repository: "https://github.com/fast-org/fast",
    dockerMachine: { driver: "fast", testedUpTo: "1.0" },
  };
  registry.publish(driverPackage({ driver: "fast", version: "1.0.0", manifest }));
  registry.publish(driverPackage({ driver: "fast", version: "2.0.0", sdkRange: "^2.0.0", manifest }));
  registry.publish(driverPackage({ driver: "next", sdkRange: "^3.0.0", manifest: { ...KEYWORDS, description: "Machines to come" } }));
  registry.publish(driverPackage({ name: "unrelated", manifest: { keywords: ["machines"] } }));
  registry.downloads.set("docker-machine-driver-fast", 42);
  github.addRepository("fast-org/fast", { topics: ["docker-machine-driver"], description: "Fast machines" });
  github.addRepository("old-org/docker-machine-driver-old", { topics: ["docker-machine-driver"], archived: true });
  github.addRepository("acme-org/acme", { topics: ["docker-machine-driver"] });
  github.publishRelease("acme-org/acme", {
    tag: "v4.5.6",
    publishedAt: "2026-03-04T00:00:00Z",
    assets: { "docker-machine-driver-acme-linux-amd64": "x" },
  });
  github.publishRelease("old-org/docker-machine-driver-old", { tag: "0.1.0", assets: { "docker-machine-driver-old.zip": "x" } });
  github.addRepository("somebody/else", { topics: ["docker"] });
}

const found = (rows: readonly DriverRow[], source: string) => rows.find((row) => row.source === source);

test("index, registry and GitHub are searched at once, one row for each driver, with what each of them knows", async () => {
  const { world, catalog } = await catalogWorld();
  fill(world);
  const { rows, isOffline } = await catalog.search("");
  expect(isOffline).toBe(false);
  expect(rows.map(({ source }) => source)).toEqual([
    "acme",
    "none",
    "github.com/fast-org/fast",
    "npm:docker-machine-driver-next",
    "github.com/old-org/docker-machine-driver-old",
  ]);
  expect(found(rows, "acme")).toMatchObject({
    kind: "program",
    owner: "github.com/acme-org",
    version: "4.5.6",
    releasedAt: "2026-03-04T00:00:00Z",
    publisher: "Acme",
  });
  expect(found(rows, "none")).toMatchObject({ kind: "shipped", sdk: { fits: true } });
  expect(found(rows, "github.com/fast-org/fast")).toMatchObject({
    kind: "package",
    version: "2.0.0",
    sdk: { fits: true, range: "^2.0.0", newestFitting: "1.0.0" },
    testedUpTo: "1.0",
    downloadsPerMonth: 42,
    places: { packages: ["docker-machine-driver-fast"] },
  });
  expect(found(rows, "npm:docker-machine-driver-next")).toMatchObject({
    sdk: { fits: false, range: "^3.0.0" },
    owner: "npm:docker-machine-driver-next",
  });
  expect(found(rows, "github.com/old-org/docker-machine-driver-old")).toMatchObject({
    kind: "program",
    isArchived: true,
    version: "0.1.0",
  });
  expect(world.log.lines).toEqual([]);
});

test("all words of a term must be there", async () => {
  const { world, catalog } = await catalogWorld();
  fill(world);
  const search = async (term: string) => (await catalog.search(term)).rows.map(({ source }) => source);
  expect(await search("fast machines")).toEqual(["github.com/fast-org/fast"]);
  expect(await search("ACME")).toEqual(["acme"]);
  expect(await search("nothing-like-it")).toEqual([]);
  expect(await search("topic:docker keywords:machines")).toEqual([]);
});

test("a place that fails is one warning, and the rest is found", async () => {
  const { world, catalog } = await catalogWorld();
  fill(world);
  world.github.limitRate(0);
  expect((await catalog.search("fast")).rows.map(({ source }) => source)).toEqual(["npm:docker-machine-driver-fast"]);
  expect(world.log.lines).toEqual([expect.stringMatching(/^warn: Could not ask GitHub: .*limit.*GH_ENTERPRISE_TOKEN/)]);

  world.github.liftLimits();
  world.registry.token = "t0ken";
  world.log.lines.length = 0;
  expect((await catalog.search("acme")).rows.map(({ source }) => source)).toEqual(["acme"]);
  expect(world.log.lines).toEqual([expect.stringMatching(/^warn: Could not ask the npm registry: .*npm login/)]);
  expect(world.log.lines.join()).not.toContain("t0ken");
});

test("the token of the user's registry goes along, and to nobody else", async () => {
  const { world, catalog } = await catalogWorld({ token: "t0ken" });
  fill(world);
  world.registry.token = "t0ken";
  expect((await catalog.search("next")).rows.map(({ source }) => source)).toEqual(["npm:docker-machine-driver-next"]);
  expect(world.github.requests.some(({ authorization }) => authorization?.includes("t0ken"))).toBe(false);
});

test("offline, the index alone is searched", async () => {
  const { world, catalog } = await catalogWorld();
  fill(world);
  const { rows, isOffline, index } = await catalog.search("", { isOffline: true });
  expect([rows.map(({ source }) => source), isOffline, index.revision]).toEqual([["acme", "none"], true, 3]);
  expect([world.registry.requests, world.github.requests]).toEqual([[], []]);
});

test("a refreshed index is searched, fetched over redirects and only if it changed", async () => {
  const site = await RecordingServer.start();
  onTestFinished(() => site.stop());
  const { index, catalog } = await catalogWorld({ address: `${site.url}moved/drivers.json` });
  const text = indexText({ revision: 4, drivers: [indexEntry("fresh")] });
  site.answer = ({ path, headers }) => {
    if (path.startsWith("moved")) return { status: 302, headers: { location: `/${path.slice("moved/".length)}` } };
    if (path.endsWith(".sig")) return { status: 200, body: index.sign(text) };
    return headers["if-none-match"] === '"4"' ? { status: 304 } : { status: 200, headers: { etag: '"4"' }, body: text };
  };
  expect(await catalog.refresh()).toEqual({ isNew: true, revision: 4 });
  expect((await catalog.search("fresh", { isOffline: true })).rows).toMatchObject([{ source: "fresh" }]);
  expect(await catalog.refresh()).toEqual({ isNew: false, revision: 4 });
  expect(site.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
});

test.each<[what: string, answer: Answer, code: string]>([
  ["nothing there", { status: 404 }, "SOURCE_NOT_FOUND"],
  ["a page to log in", { status: 200, body: "<html>Log in to the Wi-Fi</html>" }, "INDEX_SIGNATURE_INVALID"],
  ["a problem", { status: 500 }, "SOURCE_ANSWER_INVALID"],
  ["too much", { status: 200, body: " ".repeat(2_000_000) }, "SOURCE_ANSWER_INVALID"],
  ["half an answer", { status: 200, body: indexText({ revision: 9 }), isCut: true }, "SOURCE_UNREACHABLE"],
])("a refresh that gets %s leaves the index as it is", async (_, answer, code) => {
  const site = await RecordingServer.start();
  onTestFinished(() => site.stop());
  site.answer = () => answer;
  const { catalog } = await catalogWorld({ address: `${site.url}drivers.json` });
  expect((await errorOf(() => catalog.refresh())).code).toBe(code);
  expect((await catalog.index()).revision).toBe(3);
});

test("a registry of one's own, which knows no keywords, is searched as well", async () => {
  await using verdaccio = await VerdaccioRegistry.start();
  const { world, catalog } = await catalogWorld({ registry: verdaccio.url });
  const folder = join(world.root, "acme");
  await writeFiles(folder, driverPackage({ driver: "private-acme", manifest: { ...KEYWORDS, description: "Machines of our own" } }));
  await verdaccio.publish(folder);
  const { rows } = await catalog.search("private-acme");
  expect(found(rows, "npm:docker-machine-driver-private-acme")).toMatchObject({ kind: "package", version: "1.0.0", sdk: { fits: true } });
});
