import { lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { layArboristTree } from "../../../src/drivers/npm/arborist-tree.js";
import { NpmRegistry } from "../../../src/drivers/npm/npm-registry.js";
import { loadNpmSettings, type NpmSettings } from "../../../src/drivers/npm/npm-settings.js";
import { layPlainTree, type TreeRoot } from "../../../src/drivers/npm/plain-tree.js";
import { plainPackage } from "../../support/driver-package.js";
import { DriverWorld } from "../../support/driver-world.js";
import { makeTarball } from "../../support/tarball.js";

type Fields = Readonly<Record<string, unknown>>;

/** What registries hold in these tests. */
function publishAll({ registry }: DriverWorld): void {
  const publish = (name: string, version: string, fields: Fields = {}) => registry.publish(plainPackage(name, version, fields));
  publish("leaf", "1.0.0");
  publish("leaf", "1.4.0");
  publish("leaf", "2.0.0");
  publish("@scope/leaf", "3.0.0");
  publish("chain", "1.0.0", { dependencies: { link: "^1.0.0" } });
  publish("link", "1.2.3", { dependencies: { leaf: "^1.0.0" }, peerDependencies: { absent: "1" }, devDependencies: { absent: "1" } });
  publish("other", "1.0.0", { dependencies: { leaf: "1.x", "@scope/leaf": "latest" } });
  publish("older", "1.0.0", { dependencies: { leaf: "1.0.0" } });
  publish("round", "1.0.0", { dependencies: { trip: "1" } });
  publish("trip", "1.0.0", { dependencies: { round: "1" } });
  publish("engines", "1.0.0");
  publish("engines", "1.1.0", { engines: { node: "<1" } });
  publish("old", "1.0.0");
  publish("old", "1.0.1", { deprecated: "broken" });
  publish("only-old-engines", "1.0.0", { engines: { node: "<1" } });
  publish("scripts", "1.0.0", { scripts: { install: "exit 1" }, bin: { tool: "main.js" } });
  publish("shrinkwrapped", "1.0.0", { _hasShrinkwrap: true });
  publish("optional", "1.0.0", { optionalDependencies: { leaf: "1" } });
  publish("bundling", "1.0.0", { bundleDependencies: ["leaf"], dependencies: { leaf: "1" } });
  publish("linux", "1.0.0", { os: ["linux", "darwin", "win32"] });
  registry.publishTarball(
    { name: "files", version: "1.0.0" },
    makeTarball([
      { path: "package/package.json", content: JSON.stringify({ name: "files", version: "1.0.0" }) },
      { path: "package/bin/run.sh", content: "#!/bin/sh\n", mode: 0o755 },
      { path: "package/secret", content: "x", mode: 0o600 },
      { path: "package/.gitignore", content: "dist\n" },
      { path: "package/deep/.npmignore", content: "own\n" },
      { path: "package/deep/.gitignore", content: "not this\n" },
      { path: "package/empty", type: "Directory" },
      { path: "package/link", type: "SymbolicLink", linkpath: "/etc/passwd" },
      { path: "package/../../../evil.js", content: "1" },
    ]),
  );
}

async function makeRoot(world: DriverWorld, name: string, fields: Fields): Promise<TreeRoot> {
  const folder = join(world.root, name, "package");
  const content = { name: "root", version: "1.0.0", ...fields };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify(content));
  return { folder, content, scratch: join(world.root, name) };
}

async function settingsOf(world: DriverWorld, npmrc = ""): Promise<NpmSettings> {
  await writeFile(join(world.root, ".npmrc"), npmrc);
  return loadNpmSettings({ env: world.env, directory: world.directory });
}

/** Every file with its content, and whether it may be run. */
async function listTree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    const name = path.slice(folder.length);
    return entry.isFile() ? `${name} ${(mode & 0o777).toString(8)} ${await readFile(path, "utf8")}` : `${name}/`;
  });
  return (await Promise.all(lines)).sort();
}

test.each<[string, Fields]>([
  ["one package", { dependencies: { leaf: "^1.0.0" } }],
  ["any version, a tag, an exact version", { dependencies: { engines: "*", "@scope/leaf": "latest", link: "1.2.3" } }],
  ["a chain", { dependencies: { chain: "1" } }],
  ["one package wanted by several, with ranges that meet", { dependencies: { chain: "1", other: "1", leaf: "~1.4.0" } }],
  ["packages that want each other", { dependencies: { round: "1" } }],
  ["versions for other engines, or deprecated, beside better ones", { dependencies: { engines: "1", old: "^1.0.0" } }],
  ["a package for other engines only", { dependencies: { "only-old-engines": "1" } }],
  ["install scripts and programs", { dependencies: { scripts: "1" } }],
  ["files of all sorts", { dependencies: { files: "1" } }],
  [
    "peers and development packages besides",
    { dependencies: { leaf: "1" }, peerDependencies: { absent: "1" }, devDependencies: { absent: "1" } },
  ],
])("Arborist makes the same tree of %s", async (_, fields) => {
  const world = await DriverWorld.start();
  publishAll(world);
  const settings = await settingsOf(world);
  const [plain, full] = [await makeRoot(world, "plain", fields), await makeRoot(world, "arborist", fields)];

  expect(await layPlainTree(plain, new NpmRegistry(settings), settings)).toBe(true);
  await layArboristTree(full, settings, new NpmRegistry(settings));

  const tree = await listTree(plain.folder);
  expect(tree).toEqual(await listTree(full.folder));
  expect(tree.filter((line) => line.startsWith("/node_modules/"))).not.toEqual([]);
});

test.each<[string, Fields, string?]>([
  ["two versions of one package", { dependencies: { leaf: "2.0.0", chain: "1" } }],
  ["two versions, of which one would do", { dependencies: { older: "1", other: "1" } }],
  ["an optional dependency", { dependencies: { leaf: "1" }, optionalDependencies: { link: "1" } }],
  ["an optional dependency of a dependency", { dependencies: { optional: "1" } }],
  ["bundled dependencies", { dependencies: { bundling: "1" } }],
  ["a dependency with a lock of its own", { dependencies: { shrinkwrapped: "1" } }],
  ["a dependency for some systems", { dependencies: { linux: "1" } }],
  ["overrides", { dependencies: { chain: "1" }, overrides: { leaf: "1.0.0" } }],
  ["another name", { dependencies: { branch: "npm:leaf@1" } }],
  ["a dependency from git", { dependencies: { leaf: "github:o/r" } }],
  ["a dependency of the root's own name", { dependencies: { root: "1" } }],
  ["a layout that the user has set", { dependencies: { chain: "1" } }, "install-strategy=nested\n"],
  ["engines that the user has made a rule", { dependencies: { leaf: "1" } }, "engine-strict=true\n"],
])("%s is left to Arborist, and nothing was done", async (_, fields, npmrc) => {
  const world = await DriverWorld.start();
  publishAll(world);
  const settings = await settingsOf(world, npmrc);
  const root = await makeRoot(world, "plain", fields);
  expect(await layPlainTree(root, new NpmRegistry(settings), settings)).toBe(false);
  expect(await readdir(root.folder)).toEqual(["package.json"]);
});

test("what is bundled with the package itself is left to Arborist", async () => {
  const world = await DriverWorld.start();
  publishAll(world);
  const settings = await settingsOf(world);
  const root = await makeRoot(world, "plain", { dependencies: { leaf: "1" } });
  await mkdir(join(root.folder, "node_modules"));
  expect(await layPlainTree(root, new NpmRegistry(settings), settings)).toBe(false);
});
