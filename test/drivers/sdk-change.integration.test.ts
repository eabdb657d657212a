import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Receipt } from "../../src/drivers/receipts.js";
import { driverPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";

/** Drivers as an earlier docker-machine left them: those named don't fit this one's SDK. */
async function upgraded(changes: Readonly<Record<string, Partial<Receipt>>>): Promise<DriverWorld> {
  const world = await DriverWorld.start();
  for (const driver of Object.keys(changes)) {
    world.registry.publish(driverPackage({ driver }));
    await world.drivers().install(`npm:docker-machine-driver-${driver}`);
  }
  const path = join(world.directory, "receipts.json");
  const { version, drivers } = JSON.parse(await readFile(path, "utf8")) as { version: number; drivers: Receipt[] };
  await writeFile(path, JSON.stringify({ version, drivers: drivers.map((each) => ({ ...each, ...changes[each.name] })) }));
  await writeFile(join(world.directory, "sdk-version"), "0.9.0");
  world.log.lines.splice(0);
  return world;
}

const unfit = { sdkRange: "^0.9.0" };

test("the first command after an upgrade names the drivers that don't fit and the one command that helps; the next says nothing", async () => {
  const world = await upgraded({ acme: {}, beta: unfit, gamma: unfit });
  await world.drivers().obtain("acme");
  const { version } = JSON.parse(await readFile(new URL("../../packages/driver-sdk/package.json", import.meta.url), "utf8"));
  expect(world.log.lines).toEqual([
    `warn: This docker-machine has @docker-machine/driver-sdk ${version}, which 2 installed drivers don't work with: beta 1.0.0 (needs ^0.9.0), gamma 1.0.0 (needs ^0.9.0). Run: docker-machine driver update beta gamma`,
  ]);
  await world.drivers().obtain("acme");
  await world.drivers().list();
  expect(world.log.lines).toHaveLength(1);
});

test("the list of drivers says it too; one that is held at a version is to be installed without it", async () => {
  const source = "npm:docker-machine-driver-acme@1.0.0";
  const world = await upgraded({ acme: { ...unfit, source }, beta: { ...unfit, pinned: true } });
  await world.drivers().list();
  expect(world.log.lines[0]).toContain(
    "Run: docker-machine driver install npm:docker-machine-driver-acme && docker-machine driver install --pin npm:docker-machine-driver-beta",
  );
});

test("if all fit, nothing is said", async () => {
  const world = await upgraded({ acme: {} });
  await world.drivers().obtain("acme");
  expect(world.log.lines).toEqual([]);
});
