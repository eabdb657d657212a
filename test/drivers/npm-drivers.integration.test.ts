import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Receipts } from "../../src/drivers/receipts.js";
import { dependentDriver, driverCode, driverPackage, plainPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { startDriversProcess } from "../support/drivers-process.js";
import { errorOf } from "../support/error-of.js";

const PACKAGE = "npm:docker-machine-driver-acme";

test("a driver from a registry is installed with its dependencies, and what was installed is said", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(plainPackage("dep", "1.1.0"));
  world.registry.publish(driverPackage(dependentDriver("acme", "^1.0.0")));

  const loaded = await world.drivers().obtain(`${PACKAGE}@^1`);

  expect(loaded).toMatchObject({ name: "acme", version: "1.0.0", kind: "installed", source: `${PACKAGE}@^1` });
  expect(loaded.definition.summary).toBe("dep 1.1.0");
  expect(world.log.lines.join()).toMatch(
    /^Installed the driver "acme" 1\.0\.0 from npm:docker-machine-driver-acme@\^1 \(sha256 [0-9a-f]{64}, 4 files, 1 kB\)\. No install scripts were run\.$/,
  );
});

test("two drivers with conflicting dependencies live side by side", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(plainPackage("dep", "1.0.0"));
  world.registry.publish(plainPackage("dep", "2.0.0"));
  world.registry.publish(driverPackage(dependentDriver("one", "^1.0.0")));
  world.registry.publish(driverPackage(dependentDriver("two", "^2.0.0")));

  const drivers = world.drivers();
  const one = await drivers.obtain("npm:docker-machine-driver-one");
  const two = await drivers.obtain("npm:docker-machine-driver-two");

  expect([one.definition.summary, two.definition.summary]).toEqual(["dep 1.0.0", "dep 2.0.0"]);
});

test("no install script runs, the driver's or a dependency's", async () => {
  const world = await DriverWorld.start();
  const scripts = {
    preinstall: `touch ${world.root}/ran`,
    install: `touch ${world.root}/ran`,
    postinstall: `touch ${world.root}/ran`,
    prepare: `touch ${world.root}/ran`,
  };
  world.registry.publish(plainPackage("dep", "1.0.0", { scripts }));
  world.registry.publish(driverPackage({ ...dependentDriver("acme", "1"), manifest: { dependencies: { dep: "1" }, scripts } }));

  await world.drivers().obtain(PACKAGE);

  await expect(stat(join(world.root, "ran"))).rejects.toThrow("ENOENT");
});

test("a driver and its dependencies use the one copy of the SDK that docker-machine uses", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage({ code: driverCode("acme", "BaseDriver === globalThis.hostBaseDriver") }));
  const { stdout, stderr } = await startDriversProcess(world, { verb: "obtain", source: PACKAGE }).ended;
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ definition: { summary: "true" } });
});

test("the driver gets docker-machine's own SDK, and development and peer packages are left out", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage({ manifest: { devDependencies: { "no-such-package": "1" }, dependencies: {} } }));
  await world.drivers().obtain(PACKAGE);
  const link = join(world.directory, "node_modules/@docker-machine/driver-sdk");

  await rm(link);
  expect((await world.drivers().obtain("acme")).definition.name).toBe("acme");
  expect(JSON.parse(await readFile(join(link, "package.json"), "utf8"))).toMatchObject({ name: "@docker-machine/driver-sdk" });
});

test("the registries and tokens of .npmrc are used, and a token goes to its own registry alone", async () => {
  const world = await DriverWorld.start();
  const other = (await DriverWorld.start()).registry;
  world.registry.token = "s3cret";
  world.registry.publish(
    driverPackage({
      name: "@corp/docker-machine-driver-acme",
      manifest: { dependencies: { dep: "1" } },
      code: driverCode("acme", "dep", 'import dep from "dep";'),
    }),
  );
  other.publish(plainPackage("dep", "1.0.0"));
  const host = world.registry.url.replace("http:", "");
  await writeFile(
    join(world.root, ".npmrc"),
    `registry=${other.url}\n@corp:registry=${world.registry.url}\n${host}:_authToken=\${CORP_TOKEN}\n`,
  );
  const { npm_config_registry: _registry, ...env } = world.env;

  const loaded = await world.drivers({ env: { ...env, CORP_TOKEN: "s3cret" } }).obtain("@corp/docker-machine-driver-acme");

  expect(loaded.definition.summary).toBe("dep 1.0.0");
  expect(other.requests.map(({ authorization }) => authorization)).toEqual(other.requests.map(() => undefined));
  expect(await readFile(new Receipts(world.directory).path, "utf8")).not.toContain("s3cret");
});

test("a .npmrc in the current folder does not choose the registry", async () => {
  const world = await DriverWorld.start();
  const evil = (await DriverWorld.start()).registry;
  world.registry.publish(driverPackage());
  const { npm_config_registry: _registry, ...env } = world.env;
  await writeFile(join(world.root, ".npmrc"), `registry=${world.registry.url}\n`);
  const cwd = join(world.root, "checkout");
  await mkdir(cwd);
  await writeFile(join(cwd, ".npmrc"), `registry=${evil.url}\n`);
  await world.drivers({ env, cwd }).obtain(PACKAGE);
  expect(evil.requests).toEqual([]);
});

test("an unknown short name is asked about before anything is installed", async () => {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage());
  const questions: string[] = [];
  const answer = (yes: boolean) => ({ ask: async (question: string) => questions.push(question) > 0 && yes });

  expect((await errorOf(() => world.drivers(answer(false)).obtain("acme"))).code).toBe("DRIVER_NOT_TRUSTED");
  expect((await world.drivers(answer(true)).obtain("acme")).source).toBe(PACKAGE);
  expect(questions[0]).toMatch(/Driver +acme 1\.0\.0\n.*Package +docker-machine-driver-acme\n/s);
});

test("without a terminal an unknown short name is refused with the exact command, and without network", async () => {
  const world = await DriverWorld.start();
  const error = await errorOf(() => world.drivers().obtain("acme"));
  expect(error.code).toBe("DRIVER_NOT_TRUSTED");
  expect(error.suggestions[0]).toContain("docker-machine driver install npm:docker-machine-driver-acme");
  expect(world.registry.requests).toEqual([]);
});
