import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localIndex } from "../../../src/drivers/official-index/local-index.js";
import { parseSource } from "../../../src/drivers/source/source.js";
import { scratchDirectory } from "../../support/scratch-directory.js";

const SHIPPED = {
  formatVersion: 1,
  revision: 1,
  updatedAt: "2026-01-01",
  drivers: [
    { name: "acme", summary: "Hosts of Acme", delivery: "fetched", sources: [{ source: "github.com/My-Org/my-repo", form: "package" }] },
  ],
};

async function placesWith(text: string) {
  const root = await scratchDirectory();
  const [shippedDirectory, cacheDirectory] = [join(root, "index"), join(root, "cache")];
  await mkdir(shippedDirectory);
  await writeFile(join(shippedDirectory, "drivers.json"), text);
  return { shippedDirectory, cacheDirectory, warn: () => undefined };
}

test.each(["npm:my-package", "github.com/my-org/other", "/some/x.tgz", "/some/folder"])(
  "an index that doesn't name %s is not read for it",
  async (typed) => {
    // It could not be read, either.
    const load = localIndex(await placesWith("damaged"));
    expect(await load(parseSource(typed, "/"))).toBeUndefined();
  },
);

test.each(["github.com/my-org/my-repo", "git@github.com:MY-ORG/my-repo.git", "https://example.com/x.tgz"])(
  "an index is read for %s, whatever the case and the transport",
  async (typed) => {
    const load = localIndex(await placesWith(JSON.stringify(SHIPPED)));
    expect((await load(parseSource(typed, "/")))?.revision).toBe(1);
  },
);

test("names that JSON writes in another way are not overlooked", async () => {
  const load = localIndex(await placesWith(JSON.stringify(SHIPPED).replaceAll("/", "\\/").replace("my-repo", "my\\u002drepo")));
  expect((await load(parseSource("my-org/my-repo", "/")))?.findBySource(parseSource("my-org/my-repo", "/"))?.name).toBe("acme");
});

test("without a source, the whole index is meant", async () => {
  const load = localIndex(await placesWith(JSON.stringify(SHIPPED)));
  expect((await load()).all().map(({ name }) => name)).toEqual(["acme"]);
});
