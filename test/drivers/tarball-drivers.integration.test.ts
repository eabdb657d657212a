import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { driverPackage, packPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";
import { makeTarball } from "../support/tarball.js";

const PACKAGE = "npm:docker-machine-driver-acme";

test.each([
  ["a symbolic link", { path: "package/link.js", type: "SymbolicLink", linkpath: "/etc/passwd" }],
  ["a hard link", { path: "package/link.js", type: "Link", linkpath: "../../../etc/passwd" }],
  ["a device", { path: "package/zero", type: "CharacterDevice" }],
  ["a path that leads out", { path: "package/../../../evil.js", content: "1" }],
  ["an absolute path", { path: "/tmp/evil.js", content: "1" }],
] as const)("a tarball with %s is refused, naming the entry", async (_, entry) => {
  const world = await DriverWorld.start();
  const files = driverPackage();
  const manifest = JSON.parse(files["package.json"] ?? "") as { name: string; version: string };
  const plain = Object.entries(files).map(([path, content]) => ({ path: `package/${path}`, content }));
  world.registry.publishTarball(manifest, makeTarball([...plain, entry]));
  const error = await errorOf(() => world.drivers().obtain(PACKAGE));
  expect(error.code).toBe("DRIVER_TARBALL_UNSAFE");
  expect(error.message).toContain(JSON.stringify(entry.path));
  expect(await world.folders()).toEqual([]);
});

test("a tarball on disk is installed, and a later one of it replaces the first", async () => {
  const world = await DriverWorld.start();
  await writeFile(join(world.root, "one.tgz"), packPackage(driverPackage({ version: "1.0.0" })));
  await writeFile(join(world.root, "two.tgz"), packPackage(driverPackage({ version: "2.0.0" })));
  expect((await world.drivers().obtain("./one.tgz")).version).toBe("1.0.0");
  expect((await world.drivers().obtain("./two.tgz")).version).toBe("2.0.0");
  expect((await world.drivers().obtain("acme")).source).toBe(join(world.root, "two.tgz"));
});

test("a tarball at an address is installed", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage());
  const loaded = await world.drivers().obtain(`${world.registry.url}docker-machine-driver-acme/-/1.0.0.tgz`);
  expect(loaded.name).toBe("acme");
});

test.each([
  ["no such file", undefined, "SOURCE_NOT_FOUND"],
  ["an empty file", Buffer.alloc(0), "DRIVER_TARBALL_INVALID"],
  ["text", Buffer.from("hello"), "DRIVER_TARBALL_INVALID"],
  ["half an archive", packPackage(driverPackage()).subarray(0, 200), "DRIVER_TARBALL_INVALID"],
  ["no package.json", makeTarball([{ path: "package/x.js", content: "1" }]), "DRIVER_NOT_A_DRIVER"],
  ["a package.json that isn't JSON", packPackage({ "package.json": "{ name: x }" }), "DRIVER_MANIFEST_INVALID"],
  ["a package.json that is a list", packPackage({ "package.json": "[]" }), "DRIVER_MANIFEST_INVALID"],
])("a tarball file: %s", async (_, content, code) => {
  const world = await DriverWorld.start();
  if (content !== undefined) await writeFile(join(world.root, "x.tgz"), content);
  expect((await errorOf(() => world.drivers().obtain("./x.tgz"))).code).toBe(code);
  expect(await world.folders()).toEqual([]);
});
