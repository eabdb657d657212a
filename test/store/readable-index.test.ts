import { readdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ReadableIndex } from "../../src/store/readable-index.js";
import { scratchDirectory } from "../support/scratch-directory.js";

const COUNT = 30;
const LONG_AGO = new Date(Date.now() - 3_600_000);

describe("ReadableIndex", () => {
  let cache: string;
  let directory: string;

  /** Asks for all files, and tells which of them had to be read. All are whole but "bad…". */
  function ask(): string[] {
    const index = new ReadableIndex(cache, directory);
    const read: string[] = [];
    for (let number = 0; number < COUNT; number += 1) {
      const name = `m${number}`;
      index.isWhole(name, join(directory, name), () => {
        read.push(name);
        return name !== "m7";
      });
    }
    index.save();
    return read;
  }

  /** Waits until the files' times of change are settled, which can't be set. */
  async function settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 2100));
  }

  beforeEach(async () => {
    cache = join(await scratchDirectory(), "cache");
    directory = await scratchDirectory();
    for (let number = 0; number < COUNT; number += 1) await writeFile(join(directory, `m${number}`), "{}");
  });

  it("reads a file once, unless it was not whole or has changed since", async () => {
    await settle();
    expect(ask()).toHaveLength(COUNT);
    expect(ask()).toEqual(["m7"]);
    await writeFile(join(directory, "m1"), "[]");
    await writeFile(join(directory, "new"), "{}");
    await rename(join(directory, "new"), join(directory, "m2"));
    await writeFile(join(directory, "m3"), "xx");
    await utimes(join(directory, "m3"), LONG_AGO, LONG_AGO);
    expect(ask()).toEqual(["m1", "m2", "m3", "m7"]);
  });

  it("notes nothing of files that have only just changed", () => {
    ask();
    expect(ask()).toHaveLength(COUNT);
  });

  it("reads all again if its notes are damaged, and then mends them", async () => {
    await settle();
    ask();
    const [file = ""] = await readdir(cache);
    const notes = await readFile(join(cache, file));
    const texts = [
      "",
      "{",
      "7",
      '[["m1"]]',
      "\0".repeat(8),
      notes.subarray(0, 1),
      notes.subarray(0, 100),
      notes.subarray(1),
      Buffer.concat([notes, notes]).subarray(8),
    ];
    for (const text of texts) {
      await writeFile(join(cache, file), text);
      expect(ask()).toHaveLength(COUNT);
      expect(ask()).toEqual(["m7"]);
    }
    expect(await readFile(join(cache, file), "utf8")).not.toContain("m7");
  });

  it("reads all each time without a cache folder", () => {
    for (let times = 0; times < 2; times += 1) {
      const index = new ReadableIndex(undefined, directory);
      expect(index.isWhole("m1", join(directory, "m1"), () => false)).toBe(false);
      index.save();
    }
  });
});
