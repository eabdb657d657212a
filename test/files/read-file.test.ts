import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MAX_FILE_BYTES, readTextFile } from "../../src/files/read-file.js";

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "read-file-test-"));
  path = join(directory, "file");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe("readTextFile", () => {
  it("reads a file, also through a link", async () => {
    await writeFile(path, "zwölf");
    await symlink(path, join(directory, "link"));
    expect([readTextFile(path), readTextFile(join(directory, "link"))]).toEqual(["zwölf", "zwölf"]);
  });

  it("says that a file isn't there with the system's code", () => {
    expect(() => readTextFile(path)).toThrow(expect.objectContaining({ code: "ENOENT" }));
  });

  it("refuses a folder", async () => {
    await mkdir(path);
    expect(() => readTextFile(path)).toThrow("not a regular file");
  });

  it("does not wait for somebody to write into a pipe", () => {
    execFileSync("mkfifo", [path]);
    expect(() => readTextFile(path)).toThrow("not a regular file");
  });

  it("refuses a device behind a link", async () => {
    await symlink("/dev/zero", path);
    expect(() => readTextFile(path)).toThrow("not a regular file");
  });

  it("refuses a huge file without reading it", async () => {
    await writeFile(path, "");
    await truncate(path, MAX_FILE_BYTES + 1);
    expect(() => readTextFile(path)).toThrow(`more than ${MAX_FILE_BYTES}`);
  });

  it("refuses bytes that are no UTF-8, which would not come back as they were", async () => {
    await writeFile(path, Buffer.from([0x7b, 0xff, 0x7d]));
    expect(() => readTextFile(path)).toThrow("not UTF-8");
  });
});
