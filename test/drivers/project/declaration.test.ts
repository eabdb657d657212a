import { chown, mkdir, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type DeclarationPlaces, findDeclaration, readDeclaration } from "../../../src/drivers/project/declaration.js";
import { errorOf } from "../../support/error-of.js";
import { scratchDirectory } from "../../support/scratch-directory.js";

const FILE = "docker-machine.drivers.json";
const LOCK = "docker-machine.drivers.lock.json";
const isRoot = process.getuid?.() === 0;
const STRANGER = 4711;

async function world() {
  const root = await realpath(await scratchDirectory());
  const inside = join(root, "home/project/src/deep");
  await mkdir(inside, { recursive: true });
  const places: DeclarationPlaces = { cwd: inside, env: { HOME: join(root, "home") }, userId: process.getuid?.() };
  const write = async (...path: string[]) => {
    const file = join(root, ...path);
    await writeFile(file, '{ "drivers": {} }');
    return file;
  };
  return { root, inside, places, write };
}

test("the nearest file above the current folder applies", async () => {
  const { places, write } = await world();
  await write("home", FILE);
  const file = await write("home/project", FILE);
  expect(await findDeclaration(places)).toEqual({ path: file });
});

test("the search ends with the top folder of a repository", async () => {
  const { root, places, write } = await world();
  await write("home", FILE);
  await mkdir(join(root, "home/project/.git"));
  expect(await findDeclaration(places)).toBeUndefined();
  const file = await write("home/project", FILE);
  expect(await findDeclaration(places)).toEqual({ path: file });
});

test("the search ends with the user's home", async () => {
  const { places, write } = await world();
  await write(FILE);
  expect(await findDeclaration(places)).toBeUndefined();
  const file = await write("home", FILE);
  expect(await findDeclaration(places)).toEqual({ path: file });
});

test("a variable names the file wherever it is", async () => {
  const { root, places, write } = await world();
  await write("home/project", FILE);
  const file = await write("other.json");
  expect(await findDeclaration({ ...places, env: { ...places.env, MACHINE_DRIVERS_FILE: "../../../../other.json" } })).toEqual({
    path: file,
  });
  expect(root).not.toBe("");
});

test.skipIf(!isRoot)(
  "the file, its folder and its lock must belong to the user or to root (skipped: not root, who can give files away)",
  async () => {
    const { root, places, write } = await world();
    const file = await write("home/project", FILE);
    const lock = await write("home/project", LOCK);
    const user = { ...places, userId: 1000 };
    expect(await findDeclaration(user)).toEqual({ path: file });
    for (const path of [file, lock, join(root, "home/project")]) {
      await chown(path, STRANGER, STRANGER);
      expect(await findDeclaration(user)).toEqual({ path: file, strangerId: STRANGER });
      expect(await findDeclaration({ ...user, userId: STRANGER })).toEqual({ path: file });
      expect(await findDeclaration({ ...places, env: { ...places.env, SUDO_UID: String(STRANGER) } })).toEqual({ path: file });
      await chown(path, 0, 0);
    }
  },
);

test.skipIf(!isRoot)("nothing above a folder of another user's is looked for (skipped: not root, who can give files away)", async () => {
  const { root, places, write } = await world();
  await write("home/project", FILE);
  await chown(join(root, "home/project/src"), STRANGER, STRANGER);
  expect(await findDeclaration({ ...places, userId: 1000 })).toBeUndefined();
});

test("drivers are read by name, with their sources relative to the file", async () => {
  const { root } = await world();
  const path = join(root, FILE);
  await writeFile(path, JSON.stringify({ drivers: { sample: "npm:docker-machine-driver-sample@^1.2", acme: "./vendor/acme.tgz" } }));
  const { drivers } = await readDeclaration(path);
  expect([...drivers.values()]).toEqual([
    { name: "acme", text: "./vendor/acme.tgz", source: { kind: "tarball-file", path: join(root, "vendor/acme.tgz") } },
    {
      name: "sample",
      text: "npm:docker-machine-driver-sample@^1.2",
      source: { kind: "npm", package: "docker-machine-driver-sample", range: "^1.2" },
    },
  ]);
});

test.each([
  ["{", "DECLARATION_INVALID"],
  ["[]", "DECLARATION_INVALID"],
  ['{ "drivers": [] }', "DECLARATION_INVALID"],
  ['{ "drivers": { "A b": "npm:x" } }', "DECLARATION_INVALID"],
  ['{ "drivers": { "__proto__": "npm:x" } }', "DECLARATION_INVALID"],
  ['{ "drivers": { "generic": "npm:x" } }', "DECLARATION_INVALID"],
  ['{ "drivers": { "a": 1 } }', "DECLARATION_INVALID"],
  ['{ "drivers": { "a": "short" } }', "DECLARATION_INVALID"],
  ['{ "drivers": { "a": "./folder" } }', "DECLARATION_INVALID"],
  ['{ "drivers": { "a": "https://u:p@example.com/x.tgz" } }', "SOURCE_HAS_CREDENTIALS"],
])("%s is refused", async (text, code) => {
  const { root } = await world();
  const path = join(root, FILE);
  await writeFile(path, text);
  expect((await errorOf(() => readDeclaration(path))).code).toBe(code);
});
