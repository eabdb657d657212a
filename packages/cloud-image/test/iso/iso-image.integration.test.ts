import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { scratchDirectory } from "../../../../test/support/scratch-directory.js";
import { isoImage } from "../../src/iso/iso-image.js";

const run = promisify(execFile);
const files = [
  { name: "user-data", content: Buffer.alloc(3_000_001, "large ") },
  { name: "meta-data", content: Buffer.from("instance-id: i-1\n") },
  { name: "network-config", content: Buffer.from("version: 2\n") },
  { name: "größe-日本語.txt", content: Buffer.from("ö\n") },
  { name: "x".repeat(64), content: Buffer.from("long\n") },
];
const names = files.map(({ name }) => name).sort();

/** Readers that are none of ours, from Debian. */
describe("an ISO image is read by", () => {
  let image: Buffer;

  beforeAll(() => {
    image = isoImage("cidata", files);
  });

  const written = async () => {
    const directory = await scratchDirectory();
    const path = join(directory, "seed.iso");
    await writeFile(path, image);
    return { directory, path };
  };

  test("blkid and file, which know its label", async () => {
    const { path } = await written();
    const { stdout } = await run("blkid", ["--probe", "--output", "export", path]);
    expect(stdout).toContain("LABEL=cidata\n");
    expect(stdout).toContain("TYPE=iso9660\n");
    expect((await run("file", [path])).stdout).toContain("ISO 9660 CD-ROM filesystem data 'cidata'");
  });

  test("isoinfo, with its Rock Ridge and its Joliet names", async () => {
    const { path } = await written();
    const { stdout: facts } = await run("isoinfo", ["-d", "-i", path]);
    expect(facts).toContain("Joliet with UCS level 3 found");
    expect(facts).toContain("Rock Ridge signatures version 1 found");
    for (const form of ["-R", "-J"]) {
      const { stdout } = await run("isoinfo", [form, "-f", "-i", path]);
      expect(stdout.split("\n")).toEqual(expect.arrayContaining(["/user-data", "/meta-data", "/network-config"]));
    }
    const { stdout } = await run("isoinfo", ["-R", "-i", path, "-x", "/meta-data"]);
    expect(stdout).toBe("instance-id: i-1\n");
  });

  test("bsdtar, which unpacks every file as it was", async () => {
    const { directory, path } = await written();
    await run("bsdtar", ["-x", "-f", path, "-C", directory], { env: { ...process.env, LC_ALL: "C.UTF-8" } });
    for (const { content, name } of files) expect((await readFile(join(directory, name))).equals(content)).toBe(true);
  });

  test("7z, by its Joliet names", async () => {
    const { directory, path } = await written();
    await run("7z", ["x", `-o${directory}`, path], { env: { ...process.env, LC_ALL: "C.UTF-8" } });
    for (const { content, name } of files) expect((await readFile(join(directory, name))).equals(content)).toBe(true);
    const { stdout } = await run("7z", ["l", "-slt", path], { env: { ...process.env, LC_ALL: "C.UTF-8" } });
    const listed = [...stdout.matchAll(/^Path = (.*)$/gm)].map(([, name]) => name).slice(1);
    expect(listed.sort()).toEqual(names);
  });
});
