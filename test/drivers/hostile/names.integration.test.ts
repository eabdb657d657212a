import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseSource } from "../../../src/drivers/source/source.js";
import { driverPackage } from "../../support/driver-package.js";
import { DriverWorld } from "../../support/driver-world.js";
import { errorOf } from "../../support/error-of.js";
import { HostileWorld } from "../../support/hostile-world.js";
import { INHERITED_NAMES, LOOK_ALIKES, NAMES_WITH_MEANING, RESERVED } from "./names.js";

const BAD_NAMES = [...LOOK_ALIKES, ...NAMES_WITH_MEANING];
const shown = BAD_NAMES.map((name) => [JSON.stringify(name).slice(0, 40), name] as const);

test.each(shown)("a package that calls its driver %s is refused", async (_, name) => {
  const hostile = await HostileWorld.start();
  const files = hostile.package({ name: "evil", manifest: { dockerMachine: { driver: name } } });
  // JSON.stringify leaves out what assigns to a prototype.
  hostile.world.registry.publish({ ...files, "package.json": files["package.json"] ?? "" });
  await hostile.expectRefusal(() => hostile.world.drivers().install("npm:evil"), "DRIVER_MANIFEST_INVALID");
});

test.each(RESERVED)("a package that calls its driver %s, which is docker-machine's own, is refused", async (name) => {
  const hostile = await HostileWorld.start();
  hostile.world.registry.publish(hostile.package({ name: "evil", driver: name }));
  await hostile.expectRefusal(() => hostile.world.drivers().install("npm:evil"), "DRIVER_NAME_RESERVED");
});

test.each(LOOK_ALIKES.map((name) => [JSON.stringify(name), name] as const))("%s is no source, in any place of one", async (_, name) => {
  for (const typed of [
    name,
    `npm:${name}`,
    `npm:@${name}/x`,
    `npm:@x/${name}`,
    `${name}/repo`,
    `owner/${name}`,
    `github.com/${name}/repo`,
    `${name}.com/o/r`,
  ]) {
    expect((await errorOf(() => parseSource(typed, "/here"))).code).toBe("SOURCE_INVALID");
  }
});

test("a host in other letters becomes what the network calls it, and is shown so", () => {
  // gіthub.com with a Cyrillic i, as an address.
  expect(parseSource("https://g\u0456thub.com/o/r", "/here")).toMatchObject({ host: "xn--gthub-n2e.com" });
});

test.each(INHERITED_NAMES)("a driver may be called %s: nothing is mistaken for it before it is installed, and it works", async (name) => {
  const world = await DriverWorld.start();
  expect((await errorOf(() => world.drivers().obtain(name))).code).toBe("DRIVER_NOT_TRUSTED");
  expect((await errorOf(() => world.drivers().uninstall(name))).code).toBe("DRIVER_MISSING");
  expect((await world.drivers().forMachine({ driverName: name })).kind).toBe("missing");
  world.registry.publish(driverPackage({ driver: name, name: "odd" }));
  expect((await world.drivers().obtain("npm:odd")).definition.name).toBe(name);
  await world.drivers().uninstall(name);
  expect(await world.folders()).toEqual([]);
});

describe("receipts.json that somebody wrote into", () => {
  test.each([
    ["a folder outside", { folder: "../../etc" }],
    ["a folder that leads out", { folder: "acme/.." }],
    ["a hidden folder", { folder: ".staging/x" }],
    ["an absolute folder", { folder: "/etc" }],
    ["a prototype as folder", { folder: "__proto__/x" }],
    ["the hash of nothing", { treeHash: 5 }],
    ["a form of its own", { form: "script" }],
  ])("%s: refused, and nothing is deleted", async (_, fields) => {
    const { world } = await HostileWorld.start();
    const before = await world.folders();
    await changeReceipt(world, fields);
    expect((await errorOf(() => world.drivers().obtain("acme"))).code).toBe("RECEIPTS_INVALID");
    expect((await errorOf(() => world.drivers().uninstall("acme"))).code).toBe("RECEIPTS_INVALID");
    expect(await world.folders()).toEqual(before);
  });

  test.each(shown.filter(([, name]) => name !== "acme"))("a driver called %s: refused, and nothing is deleted", async (_, name) => {
    const { world } = await HostileWorld.start();
    const before = await world.folders();
    await changeReceipt(world, { name });
    expect((await errorOf(() => world.drivers().uninstall("acme"))).code).toBe("RECEIPTS_INVALID");
    expect(await world.folders()).toEqual(before);
    expect(JSON.parse(await readFile(join(world.directory, "receipts.json"), "utf8")).drivers).toHaveLength(1);
  });
});

test.each(shown)("a machine's config.json that names the driver %s gets a stand-in", async (_, name) => {
  const world = await DriverWorld.start();
  const loaded = await world.drivers().forMachine({ driverName: name });
  expect(loaded.kind).toBe("missing");
  const suggested = await errorOf(() =>
    loaded.definition
      .createDriver({ name: "m", directory: "/", options: {}, state: {}, persist: async () => undefined }, {} as never)
      .status(),
  );
  expect(suggested.suggestions.join()).toBe("docker-machine driver install SOURCE");
});

async function changeReceipt(world: DriverWorld, fields: object): Promise<void> {
  const path = join(world.directory, "receipts.json");
  const content = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...content, drivers: content.drivers.map((each: object) => ({ ...each, ...fields })) }));
}
