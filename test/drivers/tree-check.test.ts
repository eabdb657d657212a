import { appendFile, chmod, cp, link, lstat, mkdir, readFile, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recordTree, treeDamage } from "../../src/drivers/tree/installed-tree.js";
import { checkAtLoad } from "../../src/drivers/tree/load-check.js";
import { writeFiles } from "../support/driver-package.js";
import { scratchDirectory } from "../support/scratch-directory.js";

const FILES = {
  "package.json": "{}",
  "index.js": "1;",
  "node_modules/dep/main.js": "2;",
  'node_modules/dep/a "quoted" and \\ name.txt': "3",
  "node_modules/dep/empty.txt": "",
};

async function recorded() {
  const folder = join(await scratchDirectory(), "driver", "1.0.0");
  await writeFiles(join(folder, "package"), FILES);
  const { treeHash } = await recordTree(folder);
  return { folder, treeHash, path: (name: string) => join(folder, "package", name) };
}

test("an untouched tree is fine, and is not read again", async () => {
  const { folder, treeHash } = await recorded();
  const { ino } = await lstat(join(folder, "times.json"));
  expect(await checkAtLoad(folder, treeHash)).toEqual({ leavesModules: false });
  expect((await lstat(join(folder, "times.json"))).ino).toBe(ino);
});

type Damage = (path: (name: string) => string) => Promise<unknown>;
const keepTimes = async (path: string, change: () => Promise<unknown>) => {
  const { atime, mtime } = await lstat(path);
  await change();
  await utimes(path, atime, mtime);
};
const damages: readonly (readonly [string, Damage, string])[] = [
  ["another content of the same size", (path) => writeFile(path("index.js"), "9;"), "the file index.js was changed"],
  [
    "another content of the same size, with the old time set",
    (path) => keepTimes(path("index.js"), () => writeFile(path("index.js"), "9;")),
    "the file index.js was changed",
  ],
  ["a longer file", (path) => appendFile(path("node_modules/dep/empty.txt"), "x"), "the file node_modules/dep/empty.txt was changed"],
  ["a file that became executable", (path) => chmod(path("index.js"), 0o755), "the file index.js was changed"],
  ["a file that is gone", (path) => rm(path("node_modules/dep/main.js")), "the file node_modules/dep/main.js is missing"],
  ["a folder that is gone", (path) => rm(path("node_modules"), { recursive: true }), "3 files are missing: node_modules/dep/a"],
  [
    "a link in a file's place",
    (path) => rm(path("index.js")).then(() => symlink("package.json", path("index.js"))),
    "index.js was changed",
  ],
  ["an added file", (path) => writeFile(path("node_modules/dep/index.js"), "evil"), "the file node_modules/dep/index.js was added"],
  [
    "an added file, with the folder's old time set",
    (path) => keepTimes(path("node_modules"), () => writeFiles(path("node_modules"), { "fs-extra/index.js": "evil" })),
    "the file node_modules/fs-extra/index.js was added",
  ],
  ["packages beside the driver's", (path) => mkdir(path("../node_modules")), "the file ../node_modules was added"],
  ["packages beside its versions", (path) => mkdir(path("../../node_modules")), "the file ../../node_modules was added"],
  ["everything gone", (path) => rm(path(""), { recursive: true }), "5 files are missing"],
  [
    "a changed list of files with a changed file",
    async (path) => {
      await writeFile(path("index.js"), "9;");
      await writeFile(path("../files.txt"), (await readFile(path("../files.txt"), "utf8")).replaceAll("a", "b"));
    },
    "../files.txt",
  ],
];

test.each(damages)("%s is found by the check at a load and by the whole one", async (_, damage, problem) => {
  const { folder, treeHash, path } = await recorded();
  await damage(path);
  expect((await checkAtLoad(folder, treeHash)).problem).toContain(problem);
  expect(await treeDamage(folder, treeHash)).toBeDefined();
});

test("what is found is told apart: changed, missing, added", async () => {
  const { folder, treeHash, path } = await recorded();
  await writeFile(path("index.js"), "9;");
  await rename(path("node_modules/dep/main.js"), path("node_modules/dep/other.js"));
  expect(await treeDamage(folder, treeHash)).toEqual({
    changed: ["index.js"],
    missing: ["node_modules/dep/main.js"],
    added: ["node_modules/dep/other.js"],
  });
});

const harmless: readonly (readonly [string, Damage])[] = [
  ["a file that was touched", (path) => utimes(path("index.js"), 1, 1)],
  ["a file that got a second name elsewhere, as backup programs make", (path) => link(path("index.js"), path("../copy"))],
  ["times that are lost", (path) => rm(path("../times.json"))],
  ["times that are cut", (path) => writeFile(path("../times.json"), "{")],
  ["times of another tree", (path) => writeFile(path("../times.json"), '{"tree":"x","isLarge":false,"files":[],"folders":[]}')],
  ["a list of files that is lost", (path) => rm(path("../files.txt"))],
  ["what a file browser leaves", (path) => writeFile(path("node_modules/.DS_Store"), "x")],
  ["a removed empty folder", (path) => mkdir(path("empty"))],
];

test.each(harmless)("%s: all is read once, and then times are enough again", async (_, change) => {
  const { folder, treeHash, path } = await recorded();
  await change(path);
  expect(await checkAtLoad(folder, treeHash)).toEqual({ leavesModules: false });
  const { ino } = await lstat(join(folder, "times.json"));
  expect(await checkAtLoad(folder, treeHash)).toEqual({ leavesModules: false });
  expect((await lstat(join(folder, "times.json"))).ino).toBe(ino);
});

test("a copied tree, all of whose times are new, is fine", async () => {
  const { folder, treeHash } = await recorded();
  await cp(folder, `${folder}-copy`, { recursive: true });
  expect(await checkAtLoad(`${folder}-copy`, treeHash)).toEqual({ leavesModules: false });
});
