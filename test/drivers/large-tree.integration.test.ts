import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkAtLoad } from "../../src/drivers/tree/load-check.js";
import { driverCode, driverPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { startDriversProcess } from "../support/drivers-process.js";

const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`many/${index}.js`, `export default ${index};`]));
const HEAD = `import seven from "./many/7.js"; import { createRequire } from "node:module"; const eight = createRequire(import.meta.url)("./many/8.cjs");`;

async function installed() {
  const world = await DriverWorld.start();
  const files = { ...many, "many/8.cjs": "module.exports = 8;" };
  world.registry.publish(driverPackage({ code: driverCode("acme", "seven + eight", HEAD), files }));
  const { folder, treeHash = "" } = await world.drivers().install("npm:docker-machine-driver-acme");
  return { world, treeHash, folder: join(world.directory, folder), path: (name: string) => join(world.directory, folder, "package", name) };
}

test("of a large tree, modules are left for when they are loaded; all else is checked at once", async () => {
  const { folder, treeHash, path } = await installed();
  expect(await checkAtLoad(folder, treeHash)).toEqual({ leavesModules: true });
  await writeFile(path("many/9.js"), "1");
  expect((await checkAtLoad(folder, treeHash)).problem).toBeUndefined();
  await writeFile(path("package.json"), "[]");
  expect((await checkAtLoad(folder, treeHash)).problem).toBe("2 files were changed: many/9.js, package.json");
});

test("a changed module of a large tree is refused when it is imported or required, before any of it runs", async () => {
  const { world, path } = await installed();
  const order = { verb: "obtain", source: "acme" } as const;
  expect(JSON.parse((await startDriversProcess(world, order).ended).stdout)).toMatchObject({ definition: { summary: "15" } });
  for (const [name, right] of [
    ["many/7.js", "export default 7;"],
    ["many/8.cjs", "module.exports = 8;"],
  ] as const) {
    await writeFile(path(name), "console.log('it ran')");
    const { stdout, stderr } = await startDriversProcess(world, order).ended;
    expect(stdout).toBe("");
    expect(stderr).toContain(`is damaged: the file ${name} was changed.`);
    expect(stderr).toContain("DRIVER_DAMAGED");
    await writeFile(path(name), right);
    expect((await startDriversProcess(world, order).ended).stderr).toBe("");
  }
});
