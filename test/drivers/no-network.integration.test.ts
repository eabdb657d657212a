import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { writeBundle } from "../../src/drivers/bundle/write-bundle.js";
import type { Receipt } from "../../src/drivers/receipts.js";
import { dependentDriver, driverPackage, plainPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";

const run = promisify(execFile);
const REPOSITORY = "github.com/my-org/docker-machine-driver-other";
const isRoot = process.getuid?.() === 0;

/** Uses drivers in a process that has no network at all: not even the loopback address is up. */
async function withoutNetwork(world: DriverWorld, order: object): Promise<readonly Pick<Receipt, "name" | "version">[]> {
  const program = fileURLToPath(new URL("../support/offline-program.ts", import.meta.url));
  const loader = new URL("../support/run-typescript.mjs", import.meta.url).href;
  const whole = {
    directory: join(world.root, "elsewhere"),
    cacheDirectory: join(world.root, "cache"),
    cwd: world.root,
    env: world.env,
    mirror: world.git.url,
    ...order,
  };
  const { stdout } = await run("unshare", ["--net", process.execPath, "--import", loader, program, JSON.stringify(whole)]);
  return JSON.parse(stdout) as Receipt[];
}

test.skipIf(!isRoot)(
  "with --offline or from a bundle, drivers are installed where there is no network (skipped: a network namespace needs root)",
  async () => {
    const world = await DriverWorld.start();
    world.registry.publish(plainPackage("dep", "1.0.0"));
    world.registry.publish(driverPackage(dependentDriver("acme", "^1")));
    await world.git.commit("my-org/docker-machine-driver-other", driverPackage({ driver: "other" }), { tag: "v1.0.0" });
    const drivers = world.drivers({ cacheDirectory: join(world.root, "cache") });
    await drivers.install("npm:docker-machine-driver-acme");
    await drivers.install(REPOSITORY);
    const bundle = join(world.root, "drivers.tgz");
    await drivers.prepared({}, (context) => writeBundle(["acme", "other"], bundle, context));

    const cached = await withoutNetwork(world, { sources: ["npm:docker-machine-driver-acme", REPOSITORY] });
    expect(cached).toMatchObject([{ name: "acme" }, { name: "other" }]);
    const brought = await withoutNetwork(world, {
      bundle,
      directory: join(world.root, "third"),
      cacheDirectory: join(world.root, "no-cache"),
    });
    expect(brought).toMatchObject([{ name: "acme" }, { name: "other" }]);
  },
);
