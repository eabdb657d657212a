import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unlinkFolder } from "../../src/drivers/link-folder.js";
import { verifyDrivers } from "../../src/drivers/tree/verify.js";
import { driverPackage, writeFiles } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";

const PACKAGE = "npm:docker-machine-driver-acme";

async function withFolder(options: Parameters<typeof driverPackage>[0] = {}): Promise<DriverWorld> {
  const world = await DriverWorld.start();
  await writeFiles(join(world.root, "folder"), driverPackage(options));
  return world;
}

const unlink = (world: DriverWorld) => world.drivers().prepared({}, (context) => unlinkFolder("acme", context));

test("a linked driver that doesn't fit the SDK is warned about when it is linked and at each use, and is used", async () => {
  const world = await withFolder({ sdkRange: "^9.0.0" });
  const warning = /needs @docker-machine\/driver-sdk \^9\.0\.0, but .* It is used anyway, since it is linked\./;
  const warnings = () => world.log.lines.filter((line) => warning.test(line)).length;
  await world.drivers().install("./folder");
  expect(warnings()).toBe(1);
  expect((await world.drivers().obtain("acme")).kind).toBe("linked");
  expect(warnings()).toBe(2);
});

test("unlinking brings back what was installed before", async () => {
  const world = await withFolder({ version: "2.0.0" });
  world.registry.publish(driverPackage());
  await world.drivers().install(PACKAGE);
  await world.drivers().install("./folder");
  await world.drivers().install("./folder");
  expect((await world.drivers().obtain("acme")).version).toBe("2.0.0");
  expect(await unlink(world)).toMatchObject({ version: "1.0.0", source: PACKAGE });
  expect((await world.drivers().obtain("acme")).version).toBe("1.0.0");
});

test("what was installed before does not come back if it is damaged", async () => {
  const world = await withFolder({ version: "2.0.0" });
  world.registry.publish(driverPackage());
  const { folder } = await world.drivers().install(PACKAGE);
  await world.drivers().install("./folder");
  await writeFile(join(world.directory, folder, "package/index.js"), "1");
  expect(await unlink(world)).toBeUndefined();
  expect(await world.drivers().installedNames()).toEqual([]);
});

test("what isn't linked can't be unlinked", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage());
  expect((await errorOf(() => unlink(world))).code).toBe("DRIVER_MISSING");
  await world.drivers().install(PACKAGE);
  const error = await errorOf(() => unlink(world));
  expect([error.code, error.suggestions]).toEqual(["DRIVER_NOT_LINKED", ["docker-machine driver uninstall acme"]]);
});

test("the whole check names all that differs, of one driver or of all, and passes a linked one over", async () => {
  const world = await withFolder({ driver: "own" });
  world.registry.publish(driverPackage());
  const { folder } = await world.drivers().install(PACKAGE);
  await world.drivers().install("./folder");
  const verify = (names: readonly string[]) => world.drivers().prepared({}, (context) => verifyDrivers(names, context));
  expect((await verify([])).map(({ receipt, damage }) => [receipt.name, damage])).toEqual([
    ["acme", undefined],
    ["own", undefined],
  ]);
  await rm(join(world.directory, folder, "package/package.json"));
  await writeFile(join(world.directory, folder, "package/x"), "");
  expect((await verify(["acme"]))[0]?.damage).toEqual({ changed: [], missing: ["package.json"], added: ["x"] });
  expect((await errorOf(() => verify(["nobody"]))).code).toBe("DRIVER_MISSING");
});
