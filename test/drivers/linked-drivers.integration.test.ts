import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { driverCode, driverPackage, writeFiles } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { startDriversProcess } from "../support/drivers-process.js";
import { errorOf } from "../support/error-of.js";

async function withFolder(files = driverPackage()): Promise<DriverWorld> {
  const world = await DriverWorld.start();
  await writeFiles(join(world.root, "folder"), files);
  return world;
}

test("a folder is used in place, with its own dependencies and docker-machine's SDK", async () => {
  const dep = {
    "node_modules/dep/package.json": '{ "name": "dep", "main": "x.js" }',
    "node_modules/dep/x.js": "module.exports = 'its own';",
  };
  const ownSdk = {
    "node_modules/@docker-machine/driver-sdk/package.json": '{ "main": "x.js" }',
    "node_modules/@docker-machine/driver-sdk/x.js": "throw new Error('a second SDK')",
  };
  const world = await withFolder(
    driverPackage({
      code: driverCode("acme", `dep + " " + (BaseDriver === globalThis.hostBaseDriver)`, 'import dep from "dep";'),
      files: { ...dep, ...ownSdk },
    }),
  );
  const { stdout, stderr } = await startDriversProcess(world, { verb: "obtain", source: "./folder" }).ended;
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({
    name: "acme",
    kind: "linked",
    source: join(world.root, "folder"),
    definition: { summary: "its own true" },
  });
});

test("a linked driver is read anew at each load", async () => {
  const world = await withFolder();
  await world.drivers().install("./folder");
  await writeFiles(
    join(world.root, "folder"),
    driverPackage({ version: "1.1.0", manifest: { exports: "./new.js" }, files: { "new.js": driverCode("acme", "'new'") } }),
  );
  const { version, definition } = await world.drivers().obtain("acme");
  expect([version, definition.summary]).toEqual(["1.1.0", "new"]);
});

test("a folder behind a symbolic link is used too", async () => {
  const world = await withFolder();
  await symlink(join(world.root, "folder"), join(world.root, "short"));
  expect((await world.drivers().obtain("./short")).kind).toBe("linked");
});

test("uninstalling a linked driver leaves its folder alone", async () => {
  const world = await withFolder();
  await world.drivers().install("./folder");
  await world.drivers().uninstall("acme");
  expect((await world.drivers().install("./folder")).linked).toBe(true);
});

test("a linked folder that is gone gets its machines a stand-in", async () => {
  const world = await withFolder();
  await world.drivers().install("./folder");
  await rm(join(world.root, "folder"), { recursive: true });
  const missing = await world.drivers().forMachine({ driverName: "acme", driverSource: join(world.root, "folder") });
  expect(missing.kind).toBe("missing");
});

test.each([
  ["no such folder", async (folder: string) => rm(folder, { recursive: true }), "SOURCE_NOT_FOUND"],
  ["a folder without package.json", async (folder: string) => rm(join(folder, "package.json")), "DRIVER_NOT_A_DRIVER"],
  ["a package.json that isn't JSON", async (folder: string) => writeFile(join(folder, "package.json"), "nope"), "DRIVER_MANIFEST_INVALID"],
  [
    "a folder in place of its file",
    async (folder: string) => rm(join(folder, "index.js")).then(() => mkdir(join(folder, "index.js"))),
    "DRIVER_LOAD_FAILED",
  ],
])("%s: a coded error", async (_, damage, code) => {
  const world = await withFolder();
  await damage(join(world.root, "folder"));
  expect((await errorOf(() => world.drivers().obtain("./folder"))).code).toBe(code);
});
