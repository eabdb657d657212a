import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { INSTALL_STEPS, type InstallStep } from "../../src/drivers/install-context.js";
import type { Receipt } from "../../src/drivers/receipts.js";
import { dependentDriver, driverPackage, plainPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { type ProcessOutcome, startDriversProcess } from "../support/drivers-process.js";
import { errorOf } from "../support/error-of.js";

const REPOSITORY = "github.com/my-org/docker-machine-driver-acme";
const PACKAGE = "npm:docker-machine-driver-acme";

function install(world: DriverWorld, source: string, ...[dieAt]: readonly InstallStep[]): Promise<ProcessOutcome> {
  return startDriversProcess(world, { verb: "install", source, ...(dieAt === undefined ? {} : { dieAt }) }).ended;
}

test.each(INSTALL_STEPS)(
  "killed at the step %s of an update, the earlier version still loads, and the next installation leaves no rest",
  async (step) => {
    const world = await DriverWorld.start();
    world.registry.publish(plainPackage("dep", "1.0.0"));
    world.registry.publish(driverPackage({ ...dependentDriver("acme", "1"), version: "1.0.0" }));
    const first = await world.drivers().install(PACKAGE);
    world.registry.publish(plainPackage("dep", "2.0.0"));
    world.registry.publish(driverPackage({ ...dependentDriver("acme", "2"), version: "2.0.0" }));

    const { signal, stderr } = await install(world, PACKAGE, step);

    expect(signal, stderr).toBe("SIGKILL");
    const survivor = await world.drivers().obtain("acme");
    expect([survivor.version, survivor.definition.summary]).toEqual(["1.0.0", "dep 1.0.0"]);
    const second = await world.drivers().install(PACKAGE);
    expect((await world.drivers().obtain("acme")).definition.summary).toBe("dep 2.0.0");
    expect(await world.folders()).toEqual([first.folder, second.folder].sort());
  },
);

test.each(INSTALL_STEPS)(
  "killed at the step %s of a first installation from git, nothing is installed, and trying again works",
  async (step) => {
    const world = await DriverWorld.start();
    await world.git.commit(
      "my-org/docker-machine-driver-acme",
      driverPackage({ files: { "lib/x.js": "" }, manifest: { dependencies: { dep: "1" } } }),
      { tag: "v1.0.0" },
    );
    world.registry.publish(plainPackage("dep", "1.0.0"));

    const { signal, stderr } = await install(world, REPOSITORY, step);

    expect(signal, stderr).toBe("SIGKILL");
    expect((await errorOf(() => world.drivers().obtain("acme"))).code).toBe("DRIVER_NOT_TRUSTED");
    const { folder } = await world.drivers().install(REPOSITORY);
    expect(await world.folders()).toEqual([folder]);
  },
);

test("killed at any moment of an update, one of both versions loads", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(plainPackage("dep", "1.0.0"));
  for (let round = 0; round < 8; round += 1) {
    world.registry.publish(driverPackage({ ...dependentDriver("acme", "1"), version: `1.${round}.0` }));
    if (round === 0) await world.drivers().install(PACKAGE);
    const { child, ended } = startDriversProcess(world, { verb: "install", source: PACKAGE });
    await sleep(150 + Math.random() * 1200);
    child.kill("SIGKILL");
    await ended;
    const { version } = await world.drivers().obtain("acme");
    expect([`1.${Math.max(round - 1, 0)}.0`, `1.${round}.0`]).toContain(version);
    await world.drivers().install(PACKAGE);
  }
});

test("processes that install the same driver at once all get it, and it is there once", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(plainPackage("dep", "1.0.0"));
  world.registry.publish(driverPackage(dependentDriver("acme", "1")));
  const outcomes = await Promise.all([1, 2, 3].map(() => install(world, PACKAGE)));
  const receipts = outcomes.map(({ stdout, stderr }) => JSON.parse(stdout === "" ? `"${stderr}"` : stdout) as Receipt);
  expect(new Set(receipts.map(({ folder }) => folder)).size).toBe(1);
  expect(await world.folders()).toEqual([receipts[0]?.folder]);
  expect((await world.drivers().obtain("acme")).definition.summary).toBe("dep 1.0.0");
});
