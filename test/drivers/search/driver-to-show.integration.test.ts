import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DriverCatalog } from "../../../src/drivers/search/driver-catalog.js";
import { driverToShow } from "../../../src/drivers/search/driver-to-show.js";
import { shippedDrivers } from "../../../src/drivers/shipped.js";
import { driverPackage } from "../../support/driver-package.js";
import { DriverWorld } from "../../support/driver-world.js";
import { errorOf } from "../../support/error-of.js";
import { IndexWorld, indexEntry } from "../../support/signed-index.js";

const OPTIONS = [{ flag: "acme-token", type: "string", usage: "Token for the API", secret: true }];
const DECLARED = { description: "Machines of Acme", dockerMachine: { driver: "acme", testedUpTo: "1.0", options: OPTIONS } };

async function showWorld(...entries: readonly object[]) {
  const world = await DriverWorld.start();
  const index = await IndexWorld.create(world.root, { drivers: entries });
  const catalog = new DriverCatalog({
    directory: world.directory,
    cacheDirectory: index.cacheDirectory,
    indexDirectory: index.shippedDirectory,
    settings: async () => ({ gitMirrors: new Map(), gitApiMirrors: new Map(), gitHosts: new Map() }),
    env: world.env,
    log: world.log,
    signal: new AbortController().signal,
  });
  const drivers = world.drivers({ officialIndex: () => catalog.index() });
  const show = (typed: string) => driverToShow(typed, { drivers, catalog: async () => catalog, cwd: world.root });
  return { world, drivers, show };
}

test("of a package that isn't installed, all is told that its package.json and registry tell, and none of it runs or stays", async () => {
  const { world, drivers, show } = await showWorld();
  const ran = join(world.root, "ran");
  const code = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(ran)}, "");`;
  world.registry.publish(driverPackage({ code, manifest: DECLARED }));
  world.registry.publish(
    driverPackage({ code, version: "2.0.0", sdkRange: "^2.0.0", manifest: { ...DECLARED, deprecated: "use another" } }),
  );
  expect(await show("npm:docker-machine-driver-acme")).toMatchObject({
    name: "acme",
    source: "npm:docker-machine-driver-acme",
    summary: "Machines of Acme",
    form: "package",
    owner: "npm:docker-machine-driver-acme",
    package: "docker-machine-driver-acme",
    version: "1.0.0",
    sdkRange: "^1.0.0",
    fits: true,
    newest: { version: "2.0.0", sdkRange: "^2.0.0" },
    testedUpTo: "1.0",
    options: OPTIONS,
  });
  await expect(stat(ran)).rejects.toThrow("ENOENT");
  expect(await drivers.list()).toHaveLength(shippedDrivers().length);
  expect(await world.folders()).toEqual([]);
  expect(world.registry.requests.filter(({ path }) => path.endsWith(".tgz"))).toEqual([]);
});

test("a version that does not fit is shown, and that it doesn't", async () => {
  const { world, show } = await showWorld();
  world.registry.publish(driverPackage({ sdkRange: "^9.0.0", manifest: { deprecated: "nobody keeps it up" } }));
  const shown = await show("npm:docker-machine-driver-acme");
  expect(shown).toMatchObject({ version: "1.0.0", sdkRange: "^9.0.0", fits: false, deprecated: { reason: "nobody keeps it up" } });
  expect(shown).not.toHaveProperty("options");
});

test("a name of the index is looked up at its source, with the index's word", async () => {
  const sources = [{ source: "github.com/acme-org/acme", form: "package" }];
  const deprecated = { reason: "its provider is gone", successor: "other" };
  const { world, show } = await showWorld(indexEntry("acme", { sources, deprecated, publisher: "Acme" }));
  const commit = await world.git.commit("acme-org/acme", driverPackage(), { tag: "v1.0.0" });
  expect(await show("acme")).toMatchObject({
    source: "github.com/acme-org/acme",
    owner: "github.com/acme-org",
    commit,
    tag: "v1.0.0",
    publisher: "Acme",
    deprecated,
  });
  expect(await show("acme-org/acme")).toMatchObject({ publisher: "Acme", deprecated });
});

test("one that is withdrawn or planned is told of without network", async () => {
  const withdrawn = { reason: "it was taken over" };
  const planned = { name: "qemu", summary: "Machines of QEMU", delivery: "planned", sources: [] };
  const { world, show } = await showWorld(indexEntry("acme", { withdrawn }), planned);
  expect(await show("acme")).toMatchObject({ name: "acme", withdrawn, owner: "github.com/acme-org" });
  expect(await show("qemu")).toMatchObject({ name: "qemu", source: "qemu" });
  expect([world.registry.requests, world.git.requests, world.github.requests]).toEqual([[], [], []]);
});

test("what is shipped or installed is shown as it is, by its name or source; a name that nobody knows is not looked for", async () => {
  const { world, drivers, show } = await showWorld();
  world.registry.publish(driverPackage());
  await drivers.install("npm:docker-machine-driver-acme");
  const { length } = world.registry.requests;
  expect(await show("acme")).toMatchObject({ kind: "installed", loaded: { definition: { summary: "1.0.0" } } });
  expect(await show("npm:docker-machine-driver-acme")).toMatchObject({ kind: "installed" });
  expect(await show("none")).toMatchObject({ kind: "shipped" });
  expect((await errorOf(() => show("acne"))).code).toBe("DRIVER_MISSING");
  expect(world.registry.requests).toHaveLength(length);
  expect(await readFile(join(world.directory, "receipts.json"), "utf8")).toContain("acme");
});
