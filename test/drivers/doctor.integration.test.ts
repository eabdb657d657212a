import { chmod, cp, mkdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ExaminedFinding, examine, repair } from "../../src/drivers/doctor/doctor.js";
import type { UsedDriver } from "../../src/drivers/doctor/finding.js";
import type { Drivers } from "../../src/drivers/drivers.js";
import type { Receipt } from "../../src/drivers/receipts.js";
import { driverPackage, writeFiles } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";

const PACKAGE = "npm:docker-machine-driver-acme";

async function withAcme() {
  const world = await DriverWorld.start();
  world.registry.publish(driverPackage());
  const { folder } = await world.drivers().install(PACKAGE);
  const receipts = join(world.directory, "receipts.json");
  const readReceipts = async () => JSON.parse(await readFile(receipts, "utf8")).drivers as Receipt[];
  const writeReceipts = (drivers: readonly object[]) => writeFile(receipts, JSON.stringify({ version: 1, drivers }));
  return { world, tree: join(world.directory, folder), receipts, readReceipts, writeReceipts };
}

function options(drivers: Drivers, used: readonly UsedDriver[] = []) {
  return {
    used,
    prepared: (<T>(action: (context: never) => Promise<T>) => drivers.prepared({}, action as never)) as never,
    install: (source: string) => drivers.install(source),
  };
}

const kinds = (findings: readonly ExaminedFinding[]) => findings.map(({ kind, state }) => `${kind} ${state}`);

type Acme = Awaited<ReturnType<typeof withAcme>>;
const repairable: readonly (readonly [string, string, (acme: Acme) => Promise<unknown>])[] = [
  ["a staging folder that was left", "unfinished", ({ world }) => writeFiles(join(world.directory, ".staging/x"), { "a/b": "" })],
  ["a file that was being written", "unfinished", ({ world }) => writeFile(join(world.directory, "receipts.json.999999-1.tmp"), "{")],
  ["a folder that was being removed", "unfinished", ({ world }) => mkdir(join(world.directory, ".old.999999-1.removed"))],
  ["a missing tree", "tree-missing", ({ tree }) => rm(tree, { recursive: true })],
  ["a changed file", "tree-damaged", ({ tree }) => writeFile(join(tree, "package/index.js"), "1")],
  ["an added file", "tree-damaged", ({ tree }) => writeFile(join(tree, "package/x.js"), "1")],
  ["a tree of no driver", "tree-unknown", ({ world }) => mkdir(join(world.directory, "other/1.0.0-0123456789ab"), { recursive: true })],
  ["a missing link to the SDK", "sdk-link", ({ world }) => rm(join(world.directory, "node_modules"), { recursive: true })],
  [
    "a link to where the SDK was before",
    "sdk-link",
    async ({ world }) => {
      const link = join(world.directory, "node_modules/@docker-machine/driver-sdk");
      await rm(link);
      await symlink("/nowhere", link);
    },
  ],
  [
    "two receipts for one name",
    "name-twice",
    async ({ readReceipts, writeReceipts }) => {
      const [acme] = await readReceipts();
      await writeReceipts([{ ...acme, version: "0.9.0", installedAt: "2020-01-01T00:00:00Z" }, { ...acme }]);
    },
  ],
  [
    "a version for a rollback that is gone",
    "previous-damaged",
    async ({ readReceipts, writeReceipts }) => {
      const [acme] = await readReceipts();
      await writeReceipts([{ ...acme, previous: { ...acme, folder: "acme/0.9.0-0123456789ab" } }]);
    },
  ],
  ["receipts that are no JSON", "receipts-damaged", ({ receipts }) => writeFile(receipts, "{")],
  ["a receipt that lacks fields", "receipts-damaged", ({ writeReceipts }) => writeReceipts([{ name: "acme" }])],
  ["receipts that are gone", "receipts-lost", ({ receipts }) => rm(receipts)],
  ["a folder that others may write into", "permissions", ({ world }) => chmod(world.directory, 0o777)],
];

test.each(repairable)("%s is found and repaired", async (_, kind, damage) => {
  const acme = await withAcme();
  const { world } = acme;
  expect(await examine(options(world.drivers()))).toEqual([]);
  await damage(acme);

  expect(kinds(await examine(options(world.drivers())))).toEqual([`${kind} found`]);
  const repaired = await repair(options(world.drivers()));
  expect(kinds(repaired)).toEqual([`${kind} fixed`]);
  expect(await examine(options(world.drivers()))).toEqual([]);
  expect((await world.drivers().obtain("acme")).version).toBe("1.0.0");
});

test("the permissions are the owner's, and the SDK's link leads to this program's", async () => {
  const { world } = await withAcme();
  const link = join(world.directory, "node_modules/@docker-machine/driver-sdk");
  const target = await readlink(link);
  await rm(link);
  await chmod(world.directory, 0o770);
  await repair(options(world.drivers()));
  expect([(await stat(world.directory)).mode & 0o777, await readlink(link)]).toEqual([0o700, target]);
});

test("damaged receipts are kept beside; entries that can be read stay, whole trees come back, and what is damaged of them is seen", async () => {
  const { world, readReceipts, writeReceipts, receipts } = await withAcme();
  world.registry.publish(driverPackage({ driver: "other" }));
  world.registry.publish(driverPackage({ driver: "third" }));
  await world.drivers().install("npm:docker-machine-driver-other");
  await world.drivers().install("npm:docker-machine-driver-third", { pin: true });
  await writeFiles(join(world.root, "folder"), driverPackage({ driver: "own" }));
  await world.drivers().install("./folder");
  const all = await readReceipts();
  await writeReceipts(all.map((receipt) => (receipt.name === "own" ? receipt : { name: receipt.name })));
  const text = await readFile(receipts, "utf8");
  await rm(join(world.directory, all.find(({ name }) => name === "other")?.folder ?? ""), { recursive: true });

  expect(kinds(await repair(options(world.drivers())))).toEqual(["receipts-damaged fixed"]);
  expect(await readFile(`${receipts}.damaged`, "utf8")).toBe(text);
  const rebuilt = await readReceipts();
  expect(rebuilt.map(({ name }) => name)).toEqual(["acme", "own", "third"]);
  expect(rebuilt.find(({ name }) => name === "third")?.pinned).toBe(true);
});

test("after its list is lost, an installation sweeps nothing away", async () => {
  const { world, tree, receipts } = await withAcme();
  world.registry.publish(driverPackage({ driver: "other" }));
  await rm(receipts);
  await world.drivers().install("npm:docker-machine-driver-other");
  expect((await stat(tree)).isDirectory()).toBe(true);
});

test("a tree whose copy of the receipt is another's is not taken", async () => {
  const { world, tree, receipts, readReceipts } = await withAcme();
  await mkdir(join(world.directory, "evil"));
  await cp(tree, join(world.directory, "evil/1.0.0-0123456789ab"), { recursive: true });
  await rm(receipts);
  await repair(options(world.drivers()));
  expect((await readReceipts()).map(({ name }) => name)).toEqual(["acme"]);
});

test("what can't be fetched again is left, with the reason and the command", async () => {
  const { world, tree } = await withAcme();
  await rm(tree, { recursive: true });
  await rm(join(world.root, "npm-cache"), { recursive: true });
  const drivers = world.drivers({
    settings: async () => ({ gitMirrors: new Map(), gitApiMirrors: new Map(), gitHosts: new Map(), offline: true }),
  });
  const [finding] = await repair(options(drivers));
  expect(finding).toMatchObject({ kind: "tree-missing", state: "left", commands: [`docker-machine driver install ${PACKAGE}`] });
  expect(finding?.error).toBeTruthy();
});

test("what is the user's to decide is left, with the command", async () => {
  const { world, readReceipts, writeReceipts } = await withAcme();
  const [acme] = await readReceipts();
  await writeReceipts([
    { ...acme, sdkRange: "^9.0.0" },
    { ...acme, name: "generic", folder: `generic/${acme?.folder.split("/")[1]}` },
    { ...acme, name: "own", linked: true, folder: join(world.root, "gone"), source: join(world.root, "gone") },
  ]);
  await mkdir(join(world.directory, "generic"));
  await cp(join(world.directory, acme?.folder ?? ""), join(world.directory, `generic/${acme?.folder.split("/")[1]}`), { recursive: true });
  const used = [
    { name: "far", source: "github.com/my-org/far", machines: ["m1", "m2"] },
    { name: "acme", machines: ["m3"] },
    { name: "none", machines: ["m4"] },
  ];
  const findings = await repair(options(world.drivers(), used));
  expect(findings.map(({ kind, state, commands }) => [kind, state, ...commands])).toEqual([
    ["name-shipped", "left", "docker-machine driver uninstall --force generic"],
    ["folder-missing", "left", "docker-machine driver unlink own"],
    ["sdk-unfit", "left", "docker-machine driver update acme"],
    ["driver-missing", "left", "docker-machine driver install github.com/my-org/far"],
  ]);
});

test("of a pinned driver nothing else is fetched unasked", async () => {
  const { world, tree, readReceipts, writeReceipts } = await withAcme();
  await writeReceipts((await readReceipts()).map((receipt) => ({ ...receipt, pinned: true })));
  await rm(tree, { recursive: true });
  expect(await repair(options(world.drivers()))).toMatchObject([
    { kind: "tree-missing", state: "left", commands: [`docker-machine driver install --pin ${PACKAGE}`] },
  ]);
});

test("a list that a newer docker-machine wrote is left alone", async () => {
  const { world, receipts } = await withAcme();
  const text = '{"version":2,"drivers":[]}';
  await writeFile(receipts, text);
  expect(kinds(await repair(options(world.drivers())))).toEqual(["receipts-damaged left"]);
  expect(await readFile(receipts, "utf8")).toBe(text);
});
