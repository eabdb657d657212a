import { expect, test } from "vitest";
import type { Drivers } from "../../src/drivers/drivers.js";
import { OfficialIndex } from "../../src/drivers/official-index/official-index.js";
import { driverPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";
import { IndexWorld, indexEntry, indexText } from "../support/signed-index.js";

const REPOSITORY = "acme-org/docker-machine-driver-acme";
const SOURCE = `github.com/${REPOSITORY}`;
const ENTRY = { sources: [{ source: SOURCE, form: "package" }], aliases: ["acme-old"] };

/** A world whose git host has the driver "acme", and whose index says this of it. */
async function worldWith(entry: Readonly<Record<string, unknown>>) {
  const world = await DriverWorld.start();
  await world.git.commit(REPOSITORY, driverPackage(), { tag: "v1.0.0" });
  const index = await IndexWorld.create(world.root, { drivers: [indexEntry("acme", { ...ENTRY, ...entry })] });
  const { shippedDirectory, cacheDirectory } = index;
  const officialIndex = () => OfficialIndex.load({ shippedDirectory, cacheDirectory, warn: (message) => world.log.warn(message) });
  return { world, index, drivers: (): Drivers => world.drivers({ officialIndex }) };
}

test("a short name of the index, or an alias, brings the driver from its source, with nobody to ask", async () => {
  const { world, drivers } = await worldWith({});
  expect(await drivers().obtain("acme-old")).toMatchObject({ name: "acme", source: SOURCE });
  const { length } = world.git.requests;
  await drivers().obtain("acme");
  expect(world.git.requests).toHaveLength(length);
  expect((await drivers().install("acme-old")).source).toBe(SOURCE);
  expect((await drivers().preview("acme-old")).candidate).toMatchObject({ name: "acme", shownSource: SOURCE });
});

test("a withdrawn driver is refused by its name without network, and by its source; an installed one goes on working, and gets no update", async () => {
  const { world, index, drivers } = await worldWith({});
  await drivers().install("acme");
  const withdrawn = { reason: "it was taken over in May" };
  await index.ship(indexText({ drivers: [indexEntry("acme", { ...ENTRY, withdrawn })] }));
  await world.git.commit(REPOSITORY, driverPackage({ version: "1.1.0" }), { tag: "v1.1.0" });

  expect((await drivers().obtain("acme")).version).toBe("1.0.0");
  expect((await errorOf(() => drivers().update("acme"))).code).toBe("DRIVER_WITHDRAWN");
  await drivers().uninstall("acme");
  const { length } = world.git.requests;
  expect((await errorOf(() => drivers().obtain("acme"))).message).toContain("it was taken over in May");
  expect(world.git.requests).toHaveLength(length);
  expect((await errorOf(() => drivers().install(`git+https://${SOURCE}.git`))).code).toBe("DRIVER_WITHDRAWN");
  expect(await world.folders()).toEqual([]);
});

test("a deprecated driver is installed with a warning that names its successor", async () => {
  const { world, drivers } = await worldWith({ deprecated: { reason: "nobody keeps it up", successor: "acme-next" } });
  await drivers().install("acme");
  expect(world.log.lines).toContain('warn: The driver "acme" is deprecated: nobody keeps it up. Use this one instead: acme-next');
});

test("a name that is not in the index is asked about, as ever", async () => {
  const { drivers } = await worldWith({});
  expect((await errorOf(() => drivers().obtain("other"))).code).toBe("DRIVER_NOT_TRUSTED");
});
