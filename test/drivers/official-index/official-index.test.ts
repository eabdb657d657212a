import { createHash, generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { keptIndexPath } from "../../../src/drivers/official-index/index-places.js";
import { OfficialIndex } from "../../../src/drivers/official-index/official-index.js";
import { type FetchedText, refreshIndex } from "../../../src/drivers/official-index/refresh-index.js";
import { parseSource } from "../../../src/drivers/source/source.js";
import { MachineError } from "../../../src/errors.js";
import { errorOf } from "../../support/error-of.js";
import { scratchDirectory } from "../../support/scratch-directory.js";
import { IndexWorld, indexEntry, indexText, type TestIndex } from "../../support/signed-index.js";

const ADDRESS = "https://index.example/drivers.json";

const etagOf = (text: string) => `"${createHash("sha256").update(text).digest("hex").slice(0, 8)}"`;

/** A web server's files, and what was asked of it. */
class Site {
  readonly asked: string[] = [];
  readonly files = new Map<string, string>();

  fetchText = async (address: string, etag?: string): Promise<FetchedText | "unchanged"> => {
    this.asked.push(etag === undefined ? address : `${address} unless ${etag}`);
    const text = this.files.get(address);
    if (text === undefined) throw new MachineError("SOURCE_NOT_FOUND", `${address} was not found.`);
    const current = etagOf(text);
    return etag === current ? "unchanged" : { text, etag: current };
  };
}

async function worldAndSite(shipped: TestIndex = { revision: 3, drivers: [indexEntry("acme")] }) {
  const world = await IndexWorld.create(await scratchDirectory(), shipped);
  const site = new Site();
  const warnings: string[] = [];
  const publish = (index: TestIndex, sign = (text: string) => world.sign(text)) => {
    site.files.set(ADDRESS, indexText(index));
    site.files.set(`${ADDRESS}.sig`, sign(indexText(index)));
  };
  const refresh = () =>
    refreshIndex({ ...places(world), address: ADDRESS, fetchText: site.fetchText, signal: new AbortController().signal });
  const load = () => OfficialIndex.load({ ...places(world), warn: (message) => warnings.push(message) });
  return { world, site, warnings, publish, refresh, load };
}

const places = ({ shippedDirectory, cacheDirectory }: IndexWorld) => ({ shippedDirectory, cacheDirectory });

test("a driver is found by its name, its alias and its source, whatever the version", async () => {
  const { load } = await worldAndSite({ drivers: [indexEntry("acme", { aliases: ["acme-old"] })] });
  const index = await load();
  const entry = index.find("acme");
  expect(entry?.summary).toBe("Machines of acme");
  expect(index.find("acme-old")).toBe(entry);
  expect(index.findBySource(parseSource("Acme-org/docker-machine-driver-acme@v2", "/"))).toBe(entry);
  expect(index.findBySource(parseSource("git@github.com:acme-org/docker-machine-driver-acme.git", "/"))).toBe(entry);
  for (const name of ["constructor", "toString", "__proto__", "other"]) expect(index.find(name)).toBeUndefined();
});

test("a refresh brings a newer index, which is used from then on", async () => {
  const { load, publish, refresh } = await worldAndSite();
  publish({ revision: 4, drivers: [indexEntry("acme"), indexEntry("new")] });
  expect(await refresh()).toEqual({ isNew: true, revision: 4 });
  const index = await load();
  expect([index.revision, index.isRefreshed, index.find("new")?.name]).toEqual([4, true, "new"]);
});

test("a refresh asks only whether there is a newer one", async () => {
  const { publish, refresh, site, load } = await worldAndSite();
  publish({ revision: 4 });
  await refresh();
  site.asked.length = 0;
  expect(await refresh()).toEqual({ isNew: false, revision: 4 });
  expect(site.asked).toContain(`${ADDRESS} unless ${etagOf(indexText({ revision: 4 }))}`);
  expect((await load()).revision).toBe(4);
});

test("an index that came with a newer program is used instead of an older one that was fetched", async () => {
  const { load, publish, refresh, world } = await worldAndSite();
  publish({ revision: 4 });
  await refresh();
  await world.ship(indexText({ revision: 5 }));
  expect(await load()).toMatchObject({ revision: 5, isRefreshed: false });
});

test.each<[what: string, spoil: (text: string, world: IndexWorld) => string | undefined]>([
  ["without a signature", () => undefined],
  ["with an empty signature file", () => "\n"],
  ["with a signature that is none", () => "<html>Log in to the Wi-Fi</html>"],
  ["signed by somebody else", (text, world) => world.sign(text, generateKeyPairSync("ed25519").privateKey)],
  ["changed after it was signed", (text, world) => world.sign(`${text} `)],
])("an index %s is refused, and the one that is there is used", async (_, spoil) => {
  const { load, publish, refresh, site, world, warnings } = await worldAndSite();
  publish({ revision: 9, drivers: [indexEntry("evil")] });
  const signature = spoil(indexText({ revision: 9, drivers: [indexEntry("evil")] }), world);
  if (signature === undefined) site.files.delete(`${ADDRESS}.sig`);
  else site.files.set(`${ADDRESS}.sig`, signature);
  expect((await errorOf(refresh)).code).toBe("INDEX_SIGNATURE_INVALID");
  expect(await load()).toMatchObject({ revision: 3, isRefreshed: false });
  expect(warnings).toEqual([]);
});

test("an older index is refused, though its signature holds: there is no way back", async () => {
  const { load, publish, refresh } = await worldAndSite();
  publish({ revision: 8 });
  await refresh();
  publish({ revision: 7 });
  expect(await errorOf(refresh)).toMatchObject({ code: "INDEX_OUTDATED", message: expect.stringContaining("revision 8 is known") });
  publish({ revision: 8, drivers: [indexEntry("other")] });
  expect(await errorOf(refresh)).toMatchObject({ code: "INDEX_OUTDATED", message: expect.stringContaining("same revision 8") });
  expect((await load()).revision).toBe(8);
});

test("an index older than the one that came with the program is refused", async () => {
  const { publish, refresh } = await worldAndSite();
  publish({ revision: 2 });
  expect((await errorOf(refresh)).code).toBe("INDEX_OUTDATED");
});

test.each([
  ["a newer format", { formatVersion: 2, revision: 9 }, "INDEX_VERSION_UNSUPPORTED"],
  ["damage", { revision: 9, drivers: [{}] }, "INDEX_INVALID"],
])("a signed index with %s is refused, and the one that is there is used", async (_, index, code) => {
  const { load, publish, refresh } = await worldAndSite();
  publish(index);
  expect((await errorOf(refresh)).code).toBe(code);
  expect((await load()).revision).toBe(3);
});

test("a fetched index that was changed in the cache is not used, which is said, and the next refresh replaces it", async () => {
  const { load, publish, refresh, world, warnings } = await worldAndSite();
  publish({ revision: 4 });
  await refresh();
  const path = keptIndexPath(world);
  await writeFile(path, (await readFile(path, "utf8")).replace("2026-01-31", "2026-02-01"));
  expect((await load()).revision).toBe(3);
  await writeFile(path, "{");
  expect((await load()).revision).toBe(3);
  expect(warnings).toEqual([expect.stringContaining("content was changed"), expect.stringContaining("can't be used")]);
  await refresh();
  expect((await load()).revision).toBe(4);
});

test("keys can be replaced: a program that knows either key takes an index that is signed with both", async () => {
  const { load, publish, refresh, world } = await worldAndSite();
  const next = generateKeyPairSync("ed25519");
  publish({ revision: 4 }, (text) => `# signed twice\n${world.sign(text)}${world.sign(text, next.privateKey)}`);
  await refresh();
  await world.trust(next.publicKey);
  expect((await load()).revision).toBe(4);
  await world.trust(generateKeyPairSync("ed25519").publicKey, next.publicKey);
  expect((await load()).revision).toBe(4);
});
