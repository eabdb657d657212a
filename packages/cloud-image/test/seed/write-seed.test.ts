import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorOf } from "../../../../test/support/error-of.js";
import { scratchDirectory } from "../../../../test/support/scratch-directory.js";
import { checkSeed, writeSeed } from "../../src/index.js";
import { readIso } from "../support/iso-reader.js";
import { sampleSeed } from "./sample-seed.js";

test("a seed is a disk labelled cidata that only its owner reads, and the same seed makes the same bytes", async () => {
  const directory = await scratchDirectory();
  const path = join(directory, "seed.iso");
  const userData = `#cloud-config\n# ${"日本語 ".repeat(20_000)}\nruncmd: [[echo, grüß dich]]\n`;
  await writeFile(path, "an older one", { mode: 0o644 });
  await writeSeed(path, { ...sampleSeed, userData });
  await writeSeed(join(directory, "again.iso"), { ...sampleSeed, userData });
  const image = await readFile(path);
  const { labels, rockRidge } = readIso(image);
  expect(labels.primary).toBe("cidata");
  expect(rockRidge.map(({ name }) => name)).toEqual(["meta-data", "user-data"]);
  expect(rockRidge.find(({ name }) => name === "user-data")?.content.toString()).toContain("grüß dich");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(image.equals(await readFile(join(directory, "again.iso")))).toBe(true);
  expect((await readdir(directory)).sort()).toEqual(["again.iso", "seed.iso"]);
});

test("a seed that can't be made leaves the one before, and nothing else", async () => {
  const directory = await scratchDirectory();
  const path = join(directory, "seed.iso");
  await writeSeed(path, sampleSeed);
  const before = await readFile(path);
  await errorOf(() => writeSeed(path, { ...sampleSeed, userData: "#cloud-config\n[" }));
  expect((await readFile(path)).equals(before)).toBe(true);
  expect(await readdir(directory)).toEqual(["seed.iso"]);
});

test("a seed is checked before anything is made", async () => {
  await checkSeed(sampleSeed);
  expect(await errorOf(() => checkSeed({ ...sampleSeed, userData: "#cloud-config\n[" }))).toMatchObject({ code: "USER_DATA_INVALID" });
});
