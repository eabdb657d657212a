import { readdir, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Drivers } from "../../src/drivers/drivers.js";
import { dependentDriver, driverPackage, plainPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";
import type { PackageRegistry } from "../support/package-registry.js";

const NAME = "docker-machine-driver-acme";
const PACKAGE = `npm:${NAME}`;
const EVERYTHING = ["dep", "dep/-/1.1.0.tgz", NAME, `${NAME}/-/1.0.0.tgz`];

async function worldWithDriver(): Promise<DriverWorld> {
  const world = await DriverWorld.start();
  world.registry.publish(plainPackage("dep", "1.1.0"));
  world.registry.publish(driverPackage(dependentDriver("acme", "^1.0.0")));
  return world;
}

/** The requests of one more installation. */
async function requestsOf(registry: PackageRegistry, drivers: Drivers): Promise<string[]> {
  await drivers.uninstall("acme").catch(() => undefined);
  registry.requests.length = 0;
  await drivers.install(PACKAGE);
  return registry.requests.map(({ path }) => path).sort();
}

test("what a registry says may be used again is not asked for again", async () => {
  const world = await worldWithDriver();
  world.registry.headers = { "cache-control": "public, max-age=300", date: new Date().toUTCString() };
  expect(await requestsOf(world.registry, world.drivers())).toEqual(EVERYTHING);
  expect(await requestsOf(world.registry, world.drivers())).toEqual([]);
});

test("a registry is asked whether its answer still holds, and a tarball that npm has is not fetched", async () => {
  const world = await worldWithDriver();
  world.registry.headers = { etag: '"1"' };
  await requestsOf(world.registry, world.drivers());
  expect(await requestsOf(world.registry, world.drivers())).toEqual(["dep", NAME]);
});

test("a registry that says nothing of the kind is asked each time, and tells of newer versions at once", async () => {
  const world = await worldWithDriver();
  await requestsOf(world.registry, world.drivers());
  expect(await requestsOf(world.registry, world.drivers())).toEqual(["dep", NAME]);
  world.registry.publish(driverPackage({ ...dependentDriver("acme", "^1.0.0"), version: "1.1.0" }));
  expect((await world.drivers().install(PACKAGE)).version).toBe("1.1.0");
});

test("npm's setting `offline` uses what npm's cache has, and no network", async () => {
  const world = await worldWithDriver();
  await requestsOf(world.registry, world.drivers());
  const env = { ...world.env, npm_config_offline: "true" };
  expect(await requestsOf(world.registry, world.drivers({ env }))).toEqual([]);
  const error = await errorOf(() => world.drivers({ env }).install("npm:docker-machine-driver-other"));
  expect(error.code).toBe("SOURCE_NOT_CACHED");
});

test("a damaged tarball in npm's cache is noticed and fetched again", async () => {
  const world = await worldWithDriver();
  await requestsOf(world.registry, world.drivers());
  const content = join(world.root, "npm-cache", "_cacache", "content-v2");
  for (const entry of await readdir(content, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await writeFile(join(entry.parentPath, entry.name), "damaged");
  }
  expect(await requestsOf(world.registry, world.drivers())).toEqual(EVERYTHING);
  expect((await world.drivers().obtain("acme")).definition.summary).toBe("dep 1.1.0");
});

test("a mirror that passes on another registry's addresses is asked for the tarballs, where .npmrc says so", async () => {
  const world = await worldWithDriver();
  world.registry.tarballBase = "https://packages.example/";
  await writeFile(join(world.root, ".npmrc"), "replace-registry-host=packages.example\n");
  expect(await requestsOf(world.registry, world.drivers())).toContain(`${NAME}/-/1.0.0.tgz`);
});

test("a name and password of .npmrc go to their registry", async () => {
  const world = await worldWithDriver();
  const host = world.registry.url.replace("http:", "");
  const password = Buffer.from("s3cret").toString("base64");
  await writeFile(join(world.root, ".npmrc"), `${host}:username=me\n${host}:_password=${password}\n`);
  await world.drivers().obtain(PACKAGE);
  const sent = new Set(world.registry.requests.map(({ authorization }) => authorization));
  expect(sent).toEqual(new Set([`Basic ${Buffer.from("me:s3cret").toString("base64")}`]));
});

test("the proxy of .npmrc is used, but for hosts that need none", async () => {
  const world = await worldWithDriver();
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(404).end("{}");
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  await writeFile(join(world.root, ".npmrc"), `proxy=${address}\nhttps-proxy=${address}\n`);
  expect((await errorOf(() => world.drivers().obtain(PACKAGE))).code).toBe("SOURCE_NOT_FOUND");
  expect(asked).toEqual([`${world.registry.url}${NAME}`]);

  await writeFile(join(world.root, ".npmrc"), `proxy=${address}\nhttps-proxy=${address}\nnoproxy=127.0.0.1\n`);
  expect((await world.drivers().obtain(PACKAGE)).name).toBe("acme");
});

test("two versions of one package are both installed, each where it is found", async () => {
  const world = await worldWithDriver();
  world.registry.publish(plainPackage("dep", "2.0.0"));
  world.registry.publish(plainPackage("between", "1.0.0", { dependencies: { dep: "2" } }));
  const driver = dependentDriver("acme", "1");
  const dependencies = { dep: "1", between: "1" };
  world.registry.publish(
    driverPackage({ ...driver, version: "1.2.0", manifest: { dependencies, devDependencies: { "no-such-package": "1" } } }),
  );

  expect((await world.drivers().obtain(PACKAGE)).definition.summary).toBe("dep 1.1.0");

  const [folder = ""] = await world.folders();
  const nested = await stat(join(world.directory, folder, "package/node_modules/between/node_modules/dep/main.js"));
  expect(nested.isFile()).toBe(true);
  expect(world.registry.requests.map(({ path }) => path)).not.toContain("no-such-package");
});

test("a driver's program for npm (.npm-extension) does not run, whatever its tree", async () => {
  const world = await worldWithDriver();
  const program = `require("node:fs").writeFileSync(${JSON.stringify(join(world.root, "ran"))}, "");`;
  world.registry.publish(plainPackage("maybe", "1.0.0"));
  world.registry.publish(
    driverPackage({
      version: "1.2.0",
      manifest: { dependencies: { dep: "1" }, optionalDependencies: { maybe: "1" } },
      files: { ".npm-extension.cjs": `${program}\nmodule.exports = { transformManifest: (manifest) => manifest };` },
    }),
  );

  await world.drivers().obtain(PACKAGE);

  await expect(stat(join(world.root, "ran"))).rejects.toThrow("ENOENT");
});
