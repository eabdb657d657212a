import { describe, expect, test } from "vitest";
import { parseManifestText, readManifest } from "../../src/drivers/manifest.js";
import { errorOf } from "../support/error-of.js";

const origin = { source: "npm:x" };
const plain = {
  name: "x",
  version: "1.2.3",
  dockerMachine: { driver: "acme" },
  peerDependencies: { "@docker-machine/driver-sdk": "^1.0.0" },
};
const entryOf = (fields: Readonly<Record<string, unknown>>) => readManifest({ ...plain, ...fields }, origin).entry;

test("a driver's package.json is read", () => {
  expect(readManifest(plain, origin)).toEqual({ package: "x", version: "1.2.3", driver: "acme", sdkRange: "^1.0.0", entry: "index.js" });
});

describe("the file to import is the one that Node would take", () => {
  test.each([
    [{ main: "./dist/main.js" }, "dist/main.js"],
    [{ exports: "./a.js", main: "b.js" }, "a.js"],
    [{ exports: { ".": "./a.js", "./x": "./b.js" } }, "a.js"],
    [{ exports: { types: "./a.d.ts", require: "./a.cjs", import: "./a.js" } }, "a.js"],
    [{ exports: { ".": { browser: "./c.js", node: { import: { types: "./a.d.ts", default: "./a.mjs" } }, default: "./b.js" } } }, "a.mjs"],
    [{ exports: { ".": [{ import: "./a.js" }, "./b.js"] } }, "a.js"],
  ])("%j", (fields, entry) => {
    expect(entryOf(fields)).toBe(entry);
  });

  test.each([
    [{ exports: { "./x": "./x.js" } }],
    [{ exports: { require: "./a.cjs" } }],
    [{ main: 3 }],
    [{ exports: "../a.js" }],
    [{ main: "/etc/a.js" }],
    [{ main: "a/../../b.js" }],
  ])("%j is refused", async (fields) => {
    expect((await errorOf(() => entryOf(fields))).code).toBe("DRIVER_MANIFEST_INVALID");
  });
});

test.each([
  [{ version: undefined }, "DRIVER_MANIFEST_INVALID"],
  [{ version: "../1" }, "DRIVER_MANIFEST_INVALID"],
  [{ version: "1.0" }, "DRIVER_MANIFEST_INVALID"],
  [{ name: "" }, "DRIVER_MANIFEST_INVALID"],
  [{ dockerMachine: null }, "DRIVER_NOT_A_DRIVER"],
  [{ dockerMachine: {} }, "DRIVER_NOT_A_DRIVER"],
  [{ dockerMachine: { driver: 1 } }, "DRIVER_MANIFEST_INVALID"],
  [{ dockerMachine: { driver: "Acme" } }, "DRIVER_MANIFEST_INVALID"],
  [{ dockerMachine: { driver: "асме" } }, "DRIVER_MANIFEST_INVALID"],
  [{ dockerMachine: { driver: "amazonec2" } }, "DRIVER_NAME_RESERVED"],
  [{ peerDependencies: { "@docker-machine/driver-sdk": "" } }, "DRIVER_MANIFEST_INVALID"],
  [{ optionalDependencies: { "@docker-machine/driver-sdk": "1" } }, "DRIVER_BUNDLES_SDK"],
])("%j is refused", async (fields, code) => {
  const error = await errorOf(() => readManifest({ ...plain, ...fields }, origin));
  expect(error.code).toBe(code);
  expect(error.suggestions).not.toEqual([]);
});

test("a byte order mark is no mistake, anything else that isn't JSON is", async () => {
  expect(parseManifestText('\uFEFF{"a":1}', origin)).toEqual({ a: 1 });
  expect((await errorOf(() => parseManifestText("<html>", origin))).code).toBe("DRIVER_MANIFEST_INVALID");
});
