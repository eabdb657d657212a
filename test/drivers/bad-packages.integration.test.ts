import { expect, test } from "vitest";
import { dependentDriver, driverCode, driverPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";

const PACKAGE = "npm:docker-machine-driver-acme";

test.each([
  ["a package that doesn't exist", () => undefined, "SOURCE_NOT_FOUND"],
  [
    "a registry that wants a token",
    (world: DriverWorld) => {
      world.registry.token = "s3cret";
    },
    "SOURCE_NEEDS_TOKEN",
  ],
  [
    "a version that doesn't exist",
    (world: DriverWorld) => world.registry.publish(driverPackage({ version: "2.0.0" })),
    "SOURCE_VERSION_NOT_FOUND",
  ],
  [
    "a package that is no driver",
    (world: DriverWorld) => world.registry.publish(driverPackage({ manifest: { dockerMachine: undefined } })),
    "DRIVER_NOT_A_DRIVER",
  ],
  [
    "a range that is too new",
    (world: DriverWorld) => world.registry.publish(driverPackage({ sdkRange: "^99.0.0" })),
    "DRIVER_INCOMPATIBLE",
  ],
  ["a range that is too old", (world: DriverWorld) => world.registry.publish(driverPackage({ sdkRange: "^0.1.0" })), "DRIVER_INCOMPATIBLE"],
  [
    "no SDK range",
    (world: DriverWorld) => world.registry.publish(driverPackage({ manifest: { peerDependencies: {} } })),
    "DRIVER_MANIFEST_INVALID",
  ],
  [
    "a shipped name",
    (world: DriverWorld) => world.registry.publish(driverPackage({ manifest: { dockerMachine: { driver: "virtualbox" } } })),
    "DRIVER_NAME_RESERVED",
  ],
  [
    "the name __proto__",
    (world: DriverWorld) => world.registry.publish(driverPackage({ manifest: { dockerMachine: { driver: "__proto__" } } })),
    "DRIVER_MANIFEST_INVALID",
  ],
  [
    "a name that leads out",
    (world: DriverWorld) => world.registry.publish(driverPackage({ manifest: { dockerMachine: { driver: "../x" } } })),
    "DRIVER_MANIFEST_INVALID",
  ],
  [
    "an entry that leads out",
    (world: DriverWorld) => world.registry.publish(driverPackage({ manifest: { exports: "./../../x.js" } })),
    "DRIVER_MANIFEST_INVALID",
  ],
  [
    "its own SDK",
    (world: DriverWorld) =>
      world.registry.publish(driverPackage({ manifest: { dependencies: { "@docker-machine/driver-sdk": "^1.0.0" } } })),
    "DRIVER_BUNDLES_SDK",
  ],
  [
    "a bundled SDK",
    (world: DriverWorld) =>
      world.registry.publish(driverPackage({ files: { "node_modules/@docker-machine/driver-sdk/package.json": "{}" } })),
    "DRIVER_BUNDLES_SDK",
  ],
  [
    "a driver that throws on import",
    (world: DriverWorld) => world.registry.publish(driverPackage({ code: 'throw new Error("no luck")' })),
    "DRIVER_LOAD_FAILED",
  ],
  [
    "a driver that writes into its own folder",
    (world: DriverWorld) =>
      world.registry.publish(
        driverPackage({
          code: driverCode(
            "acme",
            "1",
            'import { writeFileSync } from "node:fs";\nwriteFileSync(new URL("cache.json", import.meta.url), "{}");',
          ),
        }),
      ),
    "DRIVER_LOAD_FAILED",
  ],
  [
    "a driver with a syntax error",
    (world: DriverWorld) => world.registry.publish(driverPackage({ code: "export default {" })),
    "DRIVER_LOAD_FAILED",
  ],
  [
    "a driver without its file",
    (world: DriverWorld) => world.registry.publish(driverPackage({ manifest: { exports: "./dist/index.js" } })),
    "DRIVER_LOAD_FAILED",
  ],
  [
    "a driver that exports nonsense",
    (world: DriverWorld) => world.registry.publish(driverPackage({ code: "export default 42" })),
    "DRIVER_EXPORT_INVALID",
  ],
  [
    "a driver that exports a trap",
    (world: DriverWorld) =>
      world.registry.publish(driverPackage({ code: "export default new Proxy({}, { has() { throw new Error('x') } })" })),
    "DRIVER_EXPORT_INVALID",
  ],
  [
    "a driver of another name inside",
    (world: DriverWorld) => world.registry.publish(driverPackage({ code: driverCode("other", "1") })),
    "DRIVER_EXPORT_INVALID",
  ],
  [
    "a registry whose manifest differs",
    (world: DriverWorld) =>
      world.registry.publish(driverPackage({ sdkRange: "^99" }), { peerDependencies: { "@docker-machine/driver-sdk": "^1" } }),
    "DRIVER_MANIFEST_MISMATCH",
  ],
  [
    "a dependency that doesn't exist",
    (world: DriverWorld) => world.registry.publish(driverPackage(dependentDriver("acme", "^1"))),
    "SOURCE_NOT_FOUND",
  ],
  [
    "a dependency that is a folder",
    (world: DriverWorld) => world.registry.publish(driverPackage(dependentDriver("acme", "file:/etc"))),
    "DRIVER_DEPENDENCY_REFUSED",
  ],
  [
    "a dependency from git",
    (world: DriverWorld) => world.registry.publish(driverPackage(dependentDriver("acme", "git+https://git.example/o/r.git"))),
    "DRIVER_DEPENDENCY_REFUSED",
  ],
  [
    "a dependency at an address",
    (world: DriverWorld) => world.registry.publish(driverPackage(dependentDriver("acme", "https://a.example/x.tgz"))),
    "DRIVER_DEPENDENCY_REFUSED",
  ],
])("%s: a coded error, and nothing left behind", async (_, prepare, code) => {
  const world = await DriverWorld.start();
  prepare(world);
  const error = await errorOf(() => world.drivers().obtain(`${PACKAGE}@${code === "SOURCE_VERSION_NOT_FOUND" ? "^1" : "latest"}`));
  expect(error.code).toBe(code);
  expect(error.suggestions).not.toEqual([]);
  expect(await world.folders()).toEqual([]);
  expect((await world.drivers().list()).filter(({ kind }) => kind !== "shipped")).toEqual([]);
});

test("an unfit range names both versions and the command that helps", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage({ sdkRange: "^99.0.0" }));
  const error = await errorOf(() => world.drivers().obtain(PACKAGE));
  expect(error.message).toMatch(/"acme" 1\.0\.0 needs @docker-machine\/driver-sdk \^99\.0\.0, but this docker-machine has 1\.\d+\.\d+/);
  expect(error.suggestions).toEqual(["npm install -g @docker-machine/cli@latest"]);
});

test.each([
  ["is cut off", "cut"],
  ["is a Wi-Fi's login page", "html"],
  ["is not what the registry promised", "wrong-content"],
] as const)("a download that %s is refused, and the earlier version still works", async (_, fault) => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage({ version: "1.0.0" }));
  await world.drivers().obtain(PACKAGE);
  world.registry.publish(
    driverPackage({ version: "2.0.0", files: { "big.txt": Array.from({ length: 20_000 }, (__, index) => index).join() } }),
  );
  world.registry.fault = fault;

  const error = await errorOf(() => world.drivers().install(PACKAGE));

  expect(["SOURCE_UNREACHABLE", "SOURCE_INTEGRITY"]).toContain(error.code);
  expect((await world.drivers().obtain("acme")).definition.summary).toBe("1.0.0");
  expect(await world.folders()).toHaveLength(1);
});
