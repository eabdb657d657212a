import { expect, test } from "vitest";
import { driverPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";

const REPOSITORY = "my-org/docker-machine-driver-acme";

test("NAME@RANGE means the driver that is installed under that name, wherever it is from", async () => {
  const world = await DriverWorld.start();
  for (const version of ["1.0.0", "1.1.0", "2.0.0"]) {
    await world.git.commit(REPOSITORY, driverPackage({ version }), { tag: `v${version}` });
  }
  // A package of that name, which is not meant.
  world.registry.publish(driverPackage({ name: "acme", driver: "other", version: "1.5.0" }));
  await world.drivers().install(`github.com/${REPOSITORY}`);
  expect(await world.drivers().install("acme@^1.0")).toMatchObject({ version: "1.1.0", source: `github.com/${REPOSITORY}@^1.0` });
  expect(await world.drivers().install("acme@1.0.0", { pin: true })).toMatchObject({ version: "1.0.0", pinned: true });
  expect(world.registry.requests).toEqual([]);
});

test("NAME@RANGE of nobody is the package of npm that is called so", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage({ name: "acme", version: "1.5.0" }));
  expect(await world.drivers().install("acme@^1")).toMatchObject({ version: "1.5.0", source: "npm:acme@^1" });
});

test("NAME@RANGE of a shipped driver never fetches a package of that name, nor does one that is no version", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage({ name: "generic", driver: "other" }));
  expect((await errorOf(() => world.drivers().install("generic@1"))).code).toBe("DRIVER_SHIPPED");
  await world.git.commit(REPOSITORY, driverPackage(), { tag: "v1.0.0" });
  await world.drivers().install(`github.com/${REPOSITORY}`);
  expect((await errorOf(() => world.drivers().install("acme@--upload-pack=x"))).code).toBe("SOURCE_INVALID");
  expect(world.registry.requests).toEqual([]);
});
