import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makePrivateDirectory, removeDirectory, sweepUnfinished, writeAtomically } from "../../src/files/atomic-file.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "atomic-test-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe("writeAtomically", () => {
  it("writes a file that only its owner can read, and makes the folders above it private", async () => {
    const path = join(directory, "a", "b", "config.json");
    await writeAtomically(path, "{}");
    expect(await readFile(path, "utf8")).toBe("{}");
    expect(await modeOf(path)).toBe(0o600);
    expect(await modeOf(join(directory, "a"))).toBe(0o700);
  });

  it("keeps the old content and leaves nothing beside it when it can't write", async () => {
    const path = join(directory, "taken");
    await makePrivateDirectory(join(path, "child"));
    await expect(writeAtomically(path, "x")).rejects.toMatchObject({
      code: "FILE_UNWRITABLE",
      message: `Can't write ${path}: a folder of that name is in the way.`,
    });
    expect(await readdir(directory)).toEqual(["taken"]);
  });

  it("is never seen half written by a reader", async () => {
    const path = join(directory, "config.json");
    const contents = ["a", "b"].map((letter) => letter.repeat(200_000));
    await writeAtomically(path, contents[0] ?? "");
    let isDone = false;
    const reader = (async () => {
      const seen = new Set<string>();
      while (!isDone) seen.add(await readFile(path, "utf8"));
      return seen;
    })();
    for (let round = 0; round < 30; round += 1) await writeAtomically(path, contents[round % 2] ?? "");
    isDone = true;
    for (const text of await reader) expect(contents).toContain(text);
  });
});

describe("removeDirectory", () => {
  it("removes a folder with all in it, and takes a missing one for removed", async () => {
    const path = join(directory, "dev");
    await makePrivateDirectory(join(path, "deep"));
    await removeDirectory(path);
    await removeDirectory(path);
    expect(await readdir(directory)).toEqual([]);
  });

  it("clears away what an interrupted removal left", async () => {
    await makePrivateDirectory(join(directory, ".old.999999999-1234.removed", "deep"));
    await writeFile(join(directory, "other"), "stays");
    await removeDirectory(join(directory, "dev"));
    expect(await readdir(directory)).toEqual(["other"]);
  });

  it("leaves to another process what that is removing", async () => {
    const busy = `.old.${process.ppid}-1234.removed`;
    await makePrivateDirectory(join(directory, busy));
    await removeDirectory(join(directory, "dev"));
    expect(await readdir(directory)).toEqual([busy]);
  });
});

describe("sweepUnfinished", () => {
  it("removes what killed writers left, and nothing else", async () => {
    const kept = ["key.pem", "notes.tmp", `key.pem.${process.ppid}-1234.tmp`];
    for (const name of [...kept, "key.pem.999999999-1234.tmp"]) await writeFile(join(directory, name), "");
    await sweepUnfinished(directory);
    expect((await readdir(directory)).sort()).toEqual(kept.sort());
  });

  it("takes a folder that is not there for swept", async () => {
    await expect(sweepUnfinished(join(directory, "none"))).resolves.toBeUndefined();
  });
});
