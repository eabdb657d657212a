import { execFile } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { open, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { errorOf } from "../../../test/support/error-of.js";
import { scratchDirectory } from "../../../test/support/scratch-directory.js";
import { rawImage } from "../src/index.js";

const run = promisify(execFile);
const MIB = 1024 ** 2;
/** Not a whole number of clusters, whatever their size. */
const DISK_BYTES = 6 * MIB + 1536;

let disk: Buffer;

/** Noise, text, zeros that were written, and nothing. */
beforeAll(() => {
  disk = Buffer.alloc(DISK_BYTES);
  randomBytes(MIB).copy(disk, 0);
  disk.fill("text that can be compressed ", 2 * MIB + 700, 4 * MIB + 33);
  randomBytes(70_000).copy(disk, 5 * MIB - 5_000);
  randomBytes(1536).copy(disk, DISK_BYTES - 1536);
});

async function scratchDisk(): Promise<{ directory: string; source: string; target: string }> {
  const directory = await scratchDirectory();
  const source = join(directory, "disk.raw");
  await writeFile(source, disk);
  return { directory, source, target: join(directory, "image.qcow2") };
}

/** Whether QEMU, which reads the qcow2 file itself, sees the same in both. */
async function expectSameDisk(directory: string, path: string): Promise<void> {
  const host = new FakeHost({ directory });
  const raw = await rawImage({ path, format: "qcow2", name: "test", digest: "sha256:00" }, host);
  const { stdout } = await run("qemu-img", ["info", "-f", "qcow2", "--output=json", path]);
  expect((await stat(raw.path)).size).toBe(JSON.parse(stdout)["virtual-size"]);
  await run("qemu-img", ["compare", "-f", "qcow2", "-F", "raw", path, raw.path]);
}

const clusterSizes = ["512", "4k", "64k", "2M"];
const kinds = [
  { name: "version 2", options: "compat=0.10", flags: [] },
  { name: "version 2, compressed", options: "compat=0.10", flags: ["-c"] },
  { name: "version 3", options: "compat=1.1", flags: [] },
  { name: "version 3, compressed by zlib", options: "compat=1.1,compression_type=zlib", flags: ["-c"] },
  { name: "version 3, compressed by zstd", options: "compat=1.1,compression_type=zstd", flags: ["-c"] },
  { name: "version 3, with all of its clusters allocated", options: "compat=1.1,preallocation=metadata", flags: [] },
];

describe("an image that qemu-img made is read as QEMU reads it", () => {
  test.each(kinds.flatMap((kind) => clusterSizes.map((size) => ({ ...kind, size }))))(
    "$name, clusters of $size",
    async ({ flags, options, size }) => {
      const { directory, source, target } = await scratchDisk();
      await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", ...flags, "-o", `${options},cluster_size=${size}`, source, target]);
      await expectSameDisk(directory, target);
    },
  );

  test("with snapshots inside, of which the disk of now counts", async () => {
    const { directory, source, target } = await scratchDisk();
    await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", source, target]);
    await run("qemu-img", ["snapshot", "-c", "before", target]);
    await run("qemu-io", ["-c", "write -P 0x5a 512k 1M", "-c", "discard 2M 1M", target]);
    await run("qemu-img", ["snapshot", "-c", "between", target]);
    await run("qemu-io", ["-c", "write -z 1M 1M", target]);
    await expectSameDisk(directory, target);
  });

  test("made larger, and smaller", async () => {
    const { directory, source, target } = await scratchDisk();
    await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", "-o", "cluster_size=4k", source, target]);
    await run("qemu-img", ["resize", target, "300M"]);
    await expectSameDisk(directory, target);
    await run("qemu-img", ["resize", "--shrink", target, "3M"]);
    await expectSameDisk(directory, target);
  });

  test("with clusters compressed one after the other, and written again", async () => {
    const { directory, source, target } = await scratchDisk();
    await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", "-c", "-o", "compression_type=zstd", source, target]);
    await run("qemu-io", [
      "-c",
      "write -P 1 1M 100k",
      "-c",
      "write -z 2M 64k",
      "-c",
      "write -z -u 3M 64k",
      "-c",
      "write -c -P 7 5632k 64k",
      target,
    ]);
    await expectSameDisk(directory, target);
  });

  test.each([1, 2, 3, 4])("after random writes, zeros and discards (%i)", async () => {
    const directory = await scratchDirectory();
    const target = join(directory, "image.qcow2");
    const size = ["512", "4k", "64k"][randomInt(3)];
    await run("qemu-img", ["create", "-f", "qcow2", "-o", `cluster_size=${size},lazy_refcounts=on`, target, "40M"]);
    const commands = Array.from({ length: 120 }, () => {
      const at = `${randomInt(40 * 2048 - 600) * 512} ${(randomInt(600) + 1) * 512}`;
      return [`write -P ${randomInt(1, 255)} ${at}`, `write -z ${at}`, `write -z -u ${at}`, `discard ${at}`][randomInt(4)] ?? "";
    });
    await run("qemu-io", [...commands.flatMap((command) => ["-c", command]), target]);
    await expectSameDisk(directory, target).catch((cause: unknown) => {
      throw new Error(`Not the same after:\n${commands.join("\n")}`, { cause });
    });
  });
});

describe("an image that qemu-img made is refused", () => {
  test.each<[string, readonly string[]]>([
    ["with extended L2 entries", ["-o", "extended_l2=on"]],
    ["with its data in another file", ["-o", "data_file=data.raw"]],
    ["with a backing file", ["-b", "disk.raw", "-F", "raw"]],
    ["that is encrypted", ["--object", "secret,id=s,data=x", "-o", "encrypt.format=aes,encrypt.key-secret=s"]],
  ])("%s", async (_what, flags) => {
    const { directory, target } = await scratchDisk();
    await run("qemu-img", ["create", "-f", "qcow2", ...flags, target, String(10 * MIB)], { cwd: directory });
    const image = { path: target, format: "qcow2", name: "test" } as const;
    expect(await errorOf(() => rawImage(image, new FakeHost({ directory })))).toMatchObject({ code: "IMAGE_FORMAT_UNSUPPORTED" });
  });

  test("cut off, as a download may be", async () => {
    const { directory, source, target } = await scratchDisk();
    await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", "-c", source, target]);
    await using file = await open(target, "r+");
    await file.truncate(Math.floor((await file.stat()).size / 2));
    const image = { path: target, format: "qcow2", name: "test" } as const;
    expect(await errorOf(() => rawImage(image, new FakeHost({ directory })))).toMatchObject({ code: "IMAGE_DAMAGED" });
  });
});
