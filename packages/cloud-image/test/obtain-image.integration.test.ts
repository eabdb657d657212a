import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { obtainImage } from "../src/obtain-image.js";
import { digestOf, diskImage } from "./support/disk-image.js";
import { ImageServer } from "./support/image-server.js";

const run = promisify(execFile);

let directory: string;
let host: FakeHost;
let disk: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "obtain-image-"));
  host = new FakeHost({ directory });
  disk = join(directory, "disk.img");
  await writeFile(disk, diskImage(1 << 20));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe("a file as qemu-img makes it", () => {
  test.each([
    ["qcow2", "qcow2", []],
    ["qcow2", "qcow2", ["-o", "compat=0.10"]],
    ["qcow2", "qcow2", ["-c", "-o", "compression_type=zstd"]],
    ["vmdk", "vmdk", []],
    ["vmdk", "vmdk", ["-o", "subformat=streamOptimized"]],
    ["vdi", "vdi", []],
    ["vdi", "vdi", ["-o", "static=on"]],
    ["vpc", "vpc", []],
    ["vpc", "vpc", ["-o", "subformat=fixed"]],
    ["raw", "raw", []],
  ])("is taken as %s", async (format, output, options) => {
    const path = await converted(output, options);
    await expect(obtain(path)).resolves.toEqual({ path, format, name: path });
  });

  test("is refused if it has a backing file", async () => {
    const path = join(directory, "overlay.qcow2");
    await run("qemu-img", ["create", "-q", "-f", "qcow2", "-b", disk, "-F", "raw", path]);
    await expect(obtain(path)).rejects.toMatchObject({ code: "IMAGE_UNSAFE", message: expect.stringContaining("backing file") });
  });

  test("is refused if its data is in another file", async () => {
    const path = join(directory, "elsewhere.qcow2");
    await run("qemu-img", ["create", "-q", "-f", "qcow2", "-o", `data_file=${join(directory, "data")}`, path, "1M"]);
    await expect(obtain(path)).rejects.toMatchObject({ code: "IMAGE_UNSAFE" });
  });

  test("is refused if it is encrypted", async () => {
    const path = join(directory, "secret.qcow2");
    const secret = ["--object", "secret,id=s,data=secret"];
    await run("qemu-img", [
      "create",
      "-q",
      ...secret,
      "-f",
      "qcow2",
      "-o",
      "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10",
      path,
      "1M",
    ]);
    await expect(obtain(path)).rejects.toMatchObject({ code: "IMAGE_FORMAT_UNSUPPORTED" });
  });

  test.each([["monolithicFlat"], ["twoGbMaxExtentSparse"]])("is refused if it is VMDK of several files: %s", async (subformat) => {
    const path = await converted("vmdk", ["-o", `subformat=${subformat}`]);
    await expect(obtain(path)).rejects.toMatchObject({ code: "IMAGE_UNSAFE" });
  });
});

describe("a file that can't be read is told", () => {
  test("if it is missing", async () => {
    await expect(obtain(join(directory, "none"))).rejects.toMatchObject({
      code: "IMAGE_FILE_UNREADABLE",
      message: expect.stringContaining("There is no such file."),
    });
  });

  test("if it is a folder, or a device", async () => {
    await expect(obtain(directory)).rejects.toMatchObject({ code: "IMAGE_FILE_UNREADABLE", message: expect.stringContaining("a folder") });
    await expect(obtain("/dev/null")).rejects.toMatchObject({
      code: "IMAGE_FILE_UNREADABLE",
      message: expect.stringContaining("not a file"),
    });
  });

  test("if it is a link that leads nowhere", async () => {
    const path = join(directory, "link");
    await symlink("nowhere", path);
    await expect(obtain(path)).rejects.toMatchObject({ code: "IMAGE_FILE_UNREADABLE" });
  });
});

test("an image that was packed by xz is fetched and unpacked", async () => {
  await using server = await ImageServer.start();
  const { stdout: packed } = await run("xz", ["--stdout", disk], { encoding: "buffer", maxBuffer: 1 << 24 });
  server.files.set("/disk.img.xz", packed);
  const source = { kind: "download", name: "packed", urls: [server.url("/disk.img.xz")], digest: digestOf(packed) } as const;
  const { path, format } = await obtainImage(source, host);
  expect(format).toBe("raw");
  await run("cmp", [path, disk]);
});

function obtain(path: string) {
  return obtainImage({ kind: "file", name: path, path }, host);
}

async function converted(format: string, options: readonly string[]): Promise<string> {
  const path = join(directory, `${format}${options.join("")}`.replaceAll(/[^a-z0-9]/gi, "-"));
  await run("qemu-img", ["convert", "-f", "raw", "-O", format, ...options, disk, path]);
  return path;
}
