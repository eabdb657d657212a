import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { storeId } from "../../src/store/store-id.js";
import { StorePaths } from "../../src/store/store-paths.js";
import { scratchDirectory } from "../support/scratch-directory.js";

const signal = new AbortController().signal;

describe("a store's UUID", () => {
  test("is made once, also by several at once, and stays", async () => {
    const paths = new StorePaths({ storagePath: await scratchDirectory() });
    const ids = await Promise.all(Array.from({ length: 8 }, () => storeId(paths, signal)));
    expect(new Set(ids).size).toBe(1);
    expect(await readFile(paths.storeIdPath, "utf8")).toBe(`${ids[0]}\n`);
    expect(await storeId(paths, signal)).toBe(ids[0]);
  });

  test("is another one in another store", async () => {
    const [one, other] = [await scratchDirectory(), await scratchDirectory()].map((storagePath) => new StorePaths({ storagePath }));
    expect(await storeId(one as StorePaths, signal)).not.toBe(await storeId(other as StorePaths, signal));
  });

  test("is not replaced when it is damaged", async () => {
    const paths = new StorePaths({ storagePath: await scratchDirectory() });
    await writeFile(paths.storeIdPath, "half a UU");
    await expect(storeId(paths, signal)).rejects.toMatchObject({ code: "STORE_UNREADABLE" });
    expect(await readFile(paths.storeIdPath, "utf8")).toBe("half a UU");
  });
});
