import { randomBytes } from "node:crypto";
import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync, zstdCompressSync } from "node:zlib";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { describe, expect, test } from "vitest";
import { errorOf } from "../../../test/support/error-of.js";
import { scratchDirectory } from "../../../test/support/scratch-directory.js";
import { type CloudImage, rawImage } from "../src/index.js";
import { type Qcow2File, qcow2File } from "./support/qcow2-file.js";

interface World {
  readonly directory: string;
  readonly host: FakeHost;
  readonly image: CloudImage;
}

async function worldOf(file: Qcow2File | Buffer, image: Partial<CloudImage> = {}): Promise<World> {
  const directory = await scratchDirectory();
  const path = join(directory, "image.qcow2");
  await writeFile(path, Buffer.isBuffer(file) ? file : qcow2File(file));
  const host = new FakeHost({ cacheDirectory: join(directory, "cache") });
  return { directory, host, image: { path, format: "qcow2", name: "debian-13", digest: "sha256:00", ...image } };
}

async function converted(file: Qcow2File | Buffer): Promise<Buffer> {
  const { host, image } = await worldOf(file);
  return readFile((await rawImage(image, host)).path);
}

async function problemOf(file: Qcow2File | Buffer): Promise<{ code: string; left: string[] }> {
  const { directory, host, image } = await worldOf(file);
  const { code } = await errorOf(() => rawImage(image, host));
  return { code, left: await readdir(directory) };
}

const noise = randomBytes(512);
const text = Buffer.alloc(512, "text ");
const DAMAGED = { code: "IMAGE_DAMAGED", left: ["image.qcow2"] };
const UNSUPPORTED = { code: "IMAGE_FORMAT_UNSUPPORTED", left: ["image.qcow2"] };

describe("a raw disk", () => {
  test.each([2, 3] as const)("has the clusters of a qcow2 of version %i, and zeros where there are none", async (version) => {
    const clusters = [{ data: noise }, { entry: 0n }, { compressed: deflateRawSync(text) }, { data: Buffer.alloc(512) }, { data: text }];
    expect(await converted({ version, clusters })).toEqual(Buffer.concat([noise, Buffer.alloc(512), text, Buffer.alloc(512), text]));
  });

  test("has zeros where a cluster reads as zeros, though something is there", async () => {
    expect(await converted({ clusters: [{ data: noise }, { entry: 1n | (3n * 512n) }] })).toEqual(
      Buffer.concat([noise, Buffer.alloc(512)]),
    );
  });

  test("has what zstd compressed, whatever follows it in the file", async () => {
    const clusters = [{ compressed: zstdCompressSync(text) }, { compressed: zstdCompressSync(noise).subarray(0, 505) }, { data: noise }];
    const whole = clusters.toSpliced(1, 1);
    expect(await converted({ compressionType: 1, clusters: whole })).toEqual(Buffer.concat([text, noise]));
    expect(await problemOf({ compressionType: 1, clusters })).toEqual(DAMAGED);
  });

  test("ends where the guest's disk ends, inside a cluster", async () => {
    const disk = await converted({ guestBytes: 1100, clusters: [{ data: noise }, { data: noise }, { compressed: deflateRawSync(text) }] });
    expect(disk).toEqual(Buffer.concat([noise, noise, text.subarray(0, 76)]));
  });

  test("is as large as the guest's disk, and takes no room where that is empty", async () => {
    const { host, image } = await worldOf({
      clusterBits: 16,
      guestBytes: 256 * 1024 ** 2,
      clusters: [{ data: noise }, ...Array.from({ length: 100 }, () => ({ data: Buffer.alloc(65536) }))],
    });
    const { blocks, size } = await stat((await rawImage(image, host)).path);
    expect(size).toBe(256 * 1024 ** 2);
    expect(blocks * 512).toBeLessThan(1024 ** 2);
    expect(host.progressSteps.at(-1)).toBe("Converting debian-13 to a raw disk: 100 %");
  });

  test("is made once, and lies beside an image of the cache, for its owner alone", async () => {
    const { directory, host, image } = await worldOf({ clusters: [{ data: noise }] });
    const [first, second] = await Promise.all([rawImage(image, host), rawImage(image, host)]);
    expect(first).toEqual({ ...image, path: `${image.path}.raw`, format: "raw" });
    expect(second).toEqual(first);
    const { ino, mode } = await stat(first.path);
    expect(mode & 0o777).toBe(0o600);
    expect(await rawImage(image, host)).toEqual(first);
    expect((await stat(first.path)).ino).toBe(ino);
    expect((await readdir(directory)).sort()).toEqual(["image.qcow2", "image.qcow2.raw"]);
  });

  test("of a user's own file lies in the cache, until that file changes", async () => {
    const { directory, host, image } = await worldOf({ clusters: [{ data: noise }] });
    const { digest: _none, ...own } = image;
    const before = await rawImage(own, host);
    expect(await readdir(directory)).toEqual(["cache", "image.qcow2"]);
    await writeFile(image.path, qcow2File({ clusters: [{ data: text }] }));
    await utimes(image.path, 1, 1);
    const after = await rawImage(own, host);
    expect(await readFile(after.path)).toEqual(text);
    expect(after.path).not.toBe(before.path);
    expect(await readdir(join(directory, "cache", "raw-images"))).toHaveLength(1);
  });

  test("replaces what a killed process left", async () => {
    const { directory, host, image } = await worldOf({ clusters: [{ data: noise }] });
    await writeFile(`${image.path}.raw.0000.part`, "half");
    await writeFile(`${image.path}.raw`, "of another size");
    expect(await readFile((await rawImage(image, host)).path)).toEqual(noise);
    expect((await readdir(directory)).sort()).toEqual(["image.qcow2", "image.qcow2.raw"]);
  });

  test("isn't left half made when it is interrupted", async () => {
    const { directory, host, image } = await worldOf({ clusters: [{ data: noise }] });
    host.abort();
    expect(await errorOf(() => rawImage(image, host))).toMatchObject({ code: "OPERATION_ABORTED" });
    expect(await readdir(directory)).toEqual(["image.qcow2"]);
  });

  test("is itself; other forms are refused with what to do", async () => {
    const host = new FakeHost();
    const image = { path: "/x", name: "mine" };
    expect(await rawImage({ ...image, format: "raw" }, host)).toEqual({ ...image, format: "raw" });
    expect(await errorOf(() => rawImage({ ...image, format: "vmdk" }, host))).toMatchObject({
      code: "IMAGE_FORMAT_UNSUPPORTED",
      suggestions: ["Convert it, and name the new file: qemu-img convert -O raw /x NEW.raw"],
    });
  });
});

const one = [{ data: noise }];
const patched = (patch: (file: Buffer) => void): Qcow2File => ({ clusters: one, patch });

describe("refused are images", () => {
  test.each<[string, Qcow2File]>([
    ["of another version", patched((file) => file.writeUInt32BE(4, 4))],
    ["with a backing file", patched((file) => file.writeBigUInt64BE(512n, 8))],
    ["that are encrypted", patched((file) => file.writeUInt32BE(2, 32))],
    ["with their data in another file", patched((file) => file.writeBigUInt64BE(4n, 72))],
    ["with extended L2 entries", patched((file) => file.writeBigUInt64BE(16n, 72))],
    ["with features from the future", patched((file) => file.writeBigUInt64BE(1n << 40n, 72))],
    ["compressed in a way from the future", { compressionType: 2, clusters: one }],
    ["whose table would need more than 32 MiB", patched((file) => file.writeBigUInt64BE(1n << 50n, 24))],
  ])("%s, as of a kind that isn't known", async (_what, file) => {
    expect(await problemOf(file)).toEqual(UNSUPPORTED);
  });

  test.each<[string, Qcow2File | Buffer]>([
    ["that are empty", Buffer.alloc(0)],
    ["that are something else", Buffer.from("# Disk DescriptorFile\n".repeat(10))],
    ["with half a header", qcow2File({ clusters: one }).subarray(0, 90)],
    ["marked as corrupt", patched((file) => file.writeBigUInt64BE(2n, 72))],
    ["with clusters of one byte", patched((file) => file.writeUInt32BE(0, 20))],
    ["with clusters of 2 GiB", patched((file) => file.writeUInt32BE(31, 20))],
    ["of a size beyond all numbers", patched((file) => file.writeBigUInt64BE(2n ** 64n - 1n, 24))],
    ["with a table that is too short", patched((file) => file.writeUInt32BE(0, 36))],
    ["with a table outside the file", patched((file) => file.writeBigUInt64BE(512n << 20n, 40))],
    ["with a table inside a cluster", patched((file) => file.writeBigUInt64BE(700n, 40))],
    ["with a second table outside the file", patched((file) => file.writeBigUInt64BE(512n << 30n, 512))],
    ["with a cluster outside the file", { clusters: [{ entry: 512n << 30n }] }],
    ["with a cluster that ends outside the file", { clusters: one, guestBytes: 512, patch: (file) => file.writeBigUInt64BE(2048n, 1024) }],
    ["with a compressed cluster outside the file", { clusters: [{ entry: (1n << 62n) | (1n << 40n) }] }],
    ["with a compressed cluster of noise", { clusters: [{ compressed: noise.fill(0xff, 0, 8) }] }],
    ["with a compressed cluster that is too short", { clusters: [{ compressed: deflateRawSync(text.subarray(1)) }] }],
    ["with a compressed cluster that is too long", { clusters: [{ compressed: deflateRawSync(Buffer.alloc(1024 ** 2)) }] }],
    ["with a cluster of zstd that isn't one", { compressionType: 1, clusters: [{ compressed: noise }] }],
    ["with a cluster of zstd that is too long", { compressionType: 1, clusters: [{ compressed: zstdCompressSync(Buffer.alloc(4096)) }] }],
  ])("%s, as damaged", async (_what, file) => {
    expect(await problemOf(file)).toEqual(DAMAGED);
  });

  test("that end anywhere before their end, or are read with any byte of their tables spoilt: an error or a disk, but no crash", async () => {
    const clusters = [{ data: noise }, { compressed: deflateRawSync(text) }, { data: text }];
    const whole = qcow2File({ clusters });
    const { host, image } = await worldOf(whole);
    const outcome = async (bytes: Buffer) => {
      await writeFile(image.path, bytes);
      const path = await rawImage({ ...image, digest: `sha256:${bytes.length}` }, host).then(
        ({ path: raw }) => raw,
        (error: { code: string }) => error.code,
      );
      return path.startsWith("/") ? "a disk" : path;
    };
    const seen = new Set<string>();
    for (let length = 0; length < whole.length; length += 97) seen.add(await outcome(whole.subarray(0, length)));
    for (const at of [
      4, 20, 23, 24, 31, 36, 39, 40, 47, 72, 79, 100, 103, 104, 512, 513, 518, 519, 1024, 1025, 1030, 1031, 1032, 1033, 1039,
    ]) {
      const spoilt = Buffer.from(whole);
      spoilt.writeUInt8(spoilt.readUInt8(at) ^ 0x5a, at);
      seen.add(await outcome(spoilt));
    }
    expect([...seen].sort().filter((each) => !["IMAGE_DAMAGED", "IMAGE_FORMAT_UNSUPPORTED", "a disk"].includes(each))).toEqual([]);
    expect(seen).toContain("IMAGE_DAMAGED");
  });
});
