import { readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bundleOf } from "../../../src/drivers/bundle/bundle-of.js";
import { installBundle } from "../../../src/drivers/bundle/install-bundle.js";
import { writeBundle } from "../../../src/drivers/bundle/write-bundle.js";
import type { DriversOptions } from "../../../src/drivers/drivers-options.js";
import { shippedDrivers } from "../../../src/drivers/shipped.js";
import { dependentDriver, driverPackage, packPackage, plainPackage, writeFiles } from "../../support/driver-package.js";
import { DriverWorld } from "../../support/driver-world.js";
import { errorOf } from "../../support/error-of.js";
import { PROGRAM } from "../../support/program.js";

const REPOSITORY = "my-org/docker-machine-driver-other";

/** Two drivers on one computer, and the file they were packed into. */
async function bundled(files: Readonly<Record<string, string>> = {}) {
  const world = await DriverWorld.start();
  world.registry.publish(plainPackage("dep", "1.0.0"));
  world.registry.publish(driverPackage({ ...dependentDriver("acme", "^1"), files }));
  await world.git.commit(REPOSITORY, driverPackage({ driver: "other" }), { tag: "v1.0.0" });
  await world.drivers().install("npm:docker-machine-driver-acme@^1");
  await world.drivers().install(`github.com/${REPOSITORY}`);
  const file = join(world.root, "drivers.tgz");
  const pack = (names: readonly string[], path = file) => world.drivers().prepared({}, (context) => writeBundle(names, path, context));
  return { world, file, pack };
}

/** Another computer without a network. */
function elsewhere(world: DriverWorld, options: Partial<DriversOptions> = {}) {
  const env = { ...world.env, npm_config_registry: "http://127.0.0.1:9", npm_config_cache: join(world.root, "no-cache") };
  const drivers = world.drivers({ directory: join(world.root, "elsewhere"), env, ...options });
  return { drivers, install: (file: string) => drivers.prepared({}, (context) => installBundle(file, context)) };
}

/** Changes bytes of a bundle by their text. */
async function change(file: string, from: string, to: string): Promise<void> {
  const content = gunzipSync(await readFile(file)).toString("latin1");
  expect(content).toContain(from);
  await writeFile(file, gzipSync(Buffer.from(content.replaceAll(from, to), "latin1")));
}

test("drivers with all below them are installed from a bundle, without network, with the sources they came from", async () => {
  const { world, file, pack } = await bundled();
  const bundle = await pack(["other", "acme"]);
  expect(bundle).toMatchObject({
    file,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    drivers: [{ name: "acme", platformParts: [] }, { name: "other" }],
  });
  await pack(["acme", "other"], `${file}.again`);
  expect(await readFile(`${file}.again`)).toEqual(await readFile(file));
  const before = world.registry.requests.length + world.git.requests.length;

  const { drivers, install } = elsewhere(world);
  expect(await bundleOf("./drivers.tgz", world.root)).toBe(file);
  const receipts = await install(file);

  expect(receipts.map(({ name, source, facts }) => [name, source, facts])).toEqual([
    ["acme", "npm:docker-machine-driver-acme@^1", {}],
    ["other", `github.com/${REPOSITORY}`, {}],
  ]);
  expect((await drivers.obtain("acme")).definition.summary).toBe("dep 1.0.0");
  expect((await drivers.obtain(`github.com/${REPOSITORY}`)).version).toBe("1.0.0");
  expect(world.registry.requests.length + world.git.requests.length).toBe(before);
  const here = await world.drivers().list();
  const treeHashes = (list: typeof here) => list.map(({ receipt }) => receipt?.treeHash);
  expect(treeHashes(await drivers.list())).toEqual(treeHashes(here));
});

test("a plain package is no bundle, and neither is anything else", async () => {
  const world = await DriverWorld.start();
  const contents = [packPackage(driverPackage()), Buffer.alloc(0), Buffer.from("docker-machine-drivers.json"), gzipSync("x")];
  for (const content of contents) {
    await writeFile(join(world.root, "x.tgz"), content);
    expect(await bundleOf("./x.tgz", world.root)).toBeUndefined();
  }
  expect(await bundleOf("./none.tgz", world.root)).toBeUndefined();
  expect(await bundleOf("npm:x", world.root)).toBeUndefined();
});

test("a bundle that was cut off is refused, wherever that was", async () => {
  const { world, file, pack } = await bundled({ "noise.txt": [...Array(3000).keys()].join("-") });
  await pack(["acme", "other"]);
  const { size } = await stat(file);
  for (const length of [size - 1, size - 30, Math.floor(size / 2), 300]) {
    await truncate(file, length);
    expect((await errorOf(() => elsewhere(world).install(file))).code).toBe("BUNDLE_INVALID");
  }
  expect(await elsewhere(world).drivers.list()).toHaveLength(shippedDrivers().length);
});

test.each([
  ["a file's content", "String(dep)", "String(deq)"],
  ["a listing", '"node_modules/dep/main.js"\n', '"node_modules/dep/mai2.js"\n'],
  ["the manifest's version of a driver", '"version": "1.0.0",', '"version": "1.0.1",'],
  ["the SDK range of a receipt", '"sdkRange": "^1.0.0"', '"sdkRange": "^1.0.1"'],
  ["a path", "package/index.js\0", "package/indey.js\0"],
  ["the format", '"docker-machine-drivers"', '"docker-machine-driverz"'],
])("a bundle in which %s was changed is refused", async (_, from, to) => {
  const { world, file, pack } = await bundled();
  await pack(["acme"]);
  await change(file, from, to);
  const error = await errorOf(() => elsewhere(world).install(file));
  expect(error.code).toBe("BUNDLE_INVALID");
  expect(await elsewhere(world).drivers.list()).toHaveLength(shippedDrivers().length);
});

test("a driver with native parts is refused on another platform, and one without goes everywhere", async () => {
  const { world, file, pack } = await bundled({ "build/x.node": "\u007fELF" });
  expect((await pack(["acme", "other"])).drivers).toMatchObject([{ platformParts: ["build/x.node"] }, { platformParts: [] }]);
  await elsewhere(world).install(file);
  await pack(["acme"], `${file}.acme`);
  await pack(["other"], `${file}.other`);
  const own = `"cpu": "${process.arch}"`;
  const other = `"cpu": "${"z".repeat(process.arch.length)}"`;
  await change(`${file}.acme`, own, other);
  await change(`${file}.other`, own, other);
  const error = await errorOf(() => elsewhere(world).install(`${file}.acme`));
  expect([error.code, error.message]).toEqual(["BUNDLE_PLATFORM", expect.stringContaining("build/x.node")]);
  await elsewhere(world).install(`${file}.other`);
});

test("a Go plugin's program is installed from a bundle on its own platform, and refused on another", async () => {
  const { world, file, pack } = await bundled();
  const asset = `docker-machine-driver-foo_1.0.0_${process.platform}_${process.arch === "arm64" ? "arm64" : "amd64"}`;
  world.github.publishRelease("my-org/docker-machine-driver-foo", { tag: "v1.0.0", assets: { [asset]: PROGRAM } });
  await world.drivers().install("github.com/my-org/docker-machine-driver-foo");
  expect((await pack(["foo"])).drivers).toMatchObject([{ name: "foo", platformParts: ["docker-machine-driver-foo"] }]);
  expect(await elsewhere(world).install(file)).toMatchObject([{ name: "foo", form: "program", tag: "v1.0.0" }]);
  await change(file, `"cpu": "${process.arch}"`, `"cpu": "${"z".repeat(process.arch.length)}"`);
  expect((await errorOf(() => elsewhere(world).install(file))).code).toBe("BUNDLE_PLATFORM");
});

test("a bundle is no driver for create: its drivers are installed first", async () => {
  const { world, file, pack } = await bundled();
  await pack(["acme"]);
  const error = await errorOf(() => elsewhere(world).drivers.obtain(file));
  expect([error.code, error.suggestions]).toEqual(["DRIVER_NOT_A_DRIVER", [`docker-machine driver install ${file}`]]);
});

test("a driver of another origin keeps its name, and what is installed stays", async () => {
  const { world, file, pack } = await bundled();
  await pack(["acme"]);
  world.registry.publish(driverPackage({ name: "another" }));
  const { drivers, install } = elsewhere(world, { env: world.env });
  await drivers.install("npm:another");
  expect((await errorOf(() => install(file))).code).toBe("DRIVER_NAME_TAKEN");
  expect((await drivers.obtain("acme")).source).toBe("npm:another");
});

test("what can't be bundled is told: shipped, missing, linked and damaged drivers", async () => {
  const { world, pack } = await bundled();
  const folder = join(world.root, "linked");
  const { receipt } = (await world.drivers().list()).find(({ name }) => name === "acme") ?? {};
  await writeFile(join(world.directory, receipt?.folder ?? "", "package/index.js"), "1");
  expect((await errorOf(() => pack(["generic"]))).code).toBe("DRIVER_SHIPPED");
  expect((await errorOf(() => pack(["nothing"]))).code).toBe("DRIVER_MISSING");
  expect((await errorOf(() => pack(["acme"]))).code).toBe("DRIVER_DAMAGED");
  expect((await errorOf(() => pack(["other"], join(folder, "no/x.tgz")))).code).toBe("FILE_UNWRITABLE");
  await writeFiles(folder, driverPackage({ driver: "mine" }));
  await world.drivers().install("./linked");
  expect((await errorOf(() => pack(["mine"]))).code).toBe("DRIVER_LINKED");
});
