import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { driverPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";

const PACKAGE = "npm:docker-machine-driver-acme";

test("an installed driver is used without network, by its source and by its name", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage());
  await world.drivers().obtain(PACKAGE);
  const { length } = world.registry.requests;

  expect((await world.drivers().obtain(PACKAGE)).kind).toBe("installed");
  expect((await world.drivers().obtain("acme")).source).toBe(PACKAGE);
  expect((await world.drivers().forMachine({ driverName: "acme", driverSource: PACKAGE })).kind).toBe("installed");
  expect(world.registry.requests).toHaveLength(length);
});

test("a newer version replaces the installed one, whose folder stays for a rollback", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage({ version: "1.0.0" }));
  const first = await world.drivers().install(PACKAGE);
  world.registry.publish(driverPackage({ version: "1.1.0" }));
  const second = await world.drivers().install("acme");

  expect((await world.drivers().obtain("acme")).definition.summary).toBe("1.1.0");
  expect(await world.folders()).toEqual([first.folder, second.folder].sort());
  await world.drivers().install("acme");
  expect(await world.folders()).toEqual([first.folder, second.folder].sort());
  expect(world.log.lines.at(-1)).toBe(`The driver "acme" 1.1.0 from ${PACKAGE} is installed already.`);
  world.registry.publish(driverPackage({ version: "1.2.0" }));
  const third = await world.drivers().install("acme");
  await world.drivers().install("acme");
  expect(await world.folders()).toEqual([second.folder, third.folder].sort());
});

test("another package can't take the name of an installed driver", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage());
  world.registry.publish(driverPackage({ name: "evil" }));
  await world.drivers().obtain(PACKAGE);
  const error = await errorOf(() => world.drivers().obtain("npm:evil"));
  expect(error.code).toBe("DRIVER_NAME_TAKEN");
  expect(error.suggestions[0]).toContain("docker-machine driver uninstall acme && docker-machine driver install npm:evil");
});

test("a changed or missing file of an installed driver is found before it is loaded, and installing repairs it", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage());
  const { folder } = await world.drivers().install(PACKAGE);
  const file = join(world.directory, folder, "package/index.js");
  for (const damage of [() => writeFile(file, "1"), () => rm(file)]) {
    await damage();
    const error = await errorOf(() => world.drivers().obtain("acme"));
    expect([error.code, error.suggestions]).toEqual(["DRIVER_DAMAGED", [`docker-machine driver install ${PACKAGE}`]]);
    await world.drivers().install(PACKAGE);
    expect((await world.drivers().obtain("acme")).definition.name).toBe("acme");
  }
});

test("damaged receipts are told, and nothing is deleted because of them", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage());
  const { folder } = await world.drivers().install(PACKAGE);
  for (const text of ["{", "[]", '{"version":2}', '{"version":1,"drivers":{}}', '{"version":1,"drivers":[{"name":"x"}]}']) {
    await writeFile(join(world.directory, "receipts.json"), text);
    expect((await errorOf(() => world.drivers().list())).code).toBe("RECEIPTS_INVALID");
    expect((await errorOf(() => world.drivers().install(PACKAGE))).code).toBe("RECEIPTS_INVALID");
    expect(await world.folders()).toEqual([folder]);
  }
});

test("an uninstalled driver leaves nothing, and its machines get a stand-in that names the command", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage());
  await world.drivers().install(`${PACKAGE}@^1`);
  await world.drivers().uninstall("acme");

  expect(await world.folders()).toEqual([]);
  const missing = await world.drivers().forMachine({ driverName: "acme", driverSource: `${PACKAGE}@^1` });
  expect(missing.kind).toBe("missing");
  const driver = missing.definition.createDriver(
    { name: "m", directory: "/", options: {}, state: {}, persist: async () => undefined },
    {} as never,
  );
  for (const operation of [driver.status(), driver.url(), driver.remove()]) {
    const error = await errorOf(() => operation);
    expect([error.code, error.suggestions]).toEqual(["DRIVER_MISSING", [`docker-machine driver install ${PACKAGE}@^1`]]);
  }
  expect((await errorOf(() => world.drivers().uninstall("acme"))).code).toBe("DRIVER_MISSING");
});

test("a driver that no longer loads gets a stand-in that says why", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage());
  const { folder } = await world.drivers().install(PACKAGE);
  await rm(join(world.directory, folder), { recursive: true });
  const missing = await world.drivers().forMachine({ driverName: "acme", driverSource: PACKAGE });
  expect([missing.kind, missing.name]).toEqual(["missing", "acme"]);
  expect(missing.definition.summary).toContain("damaged");
});
