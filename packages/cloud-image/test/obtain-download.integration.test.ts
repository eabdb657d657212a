import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DownloadImage } from "../src/image-source.js";
import { obtainDownload } from "../src/obtain-download.js";
import { digestOf, diskImage } from "./support/disk-image.js";
import { ImageServer } from "./support/image-server.js";

const SIZE = 100_000;
/** The fake host sleeps in no time. */
const PACING = { silenceMs: 20_000, tries: 3, pauseMs: 1000 };

let directory: string;
let server: ImageServer;
let content: Buffer;
let host: FakeHost;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "obtain-download-"));
  server = await ImageServer.start();
  content = diskImage(SIZE);
  server.files.set("/a.img", content);
  host = new FakeHost({ directory });
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

describe("an image with a checksum", () => {
  test("is fetched once, verified, and kept read-only", async () => {
    const image = await obtain();
    expect(image).toEqual({ path: expect.stringContaining("images"), format: "raw", name: "mine", digest: digestOf(content) });
    expect(await readFile(image.path)).toEqual(content);
    expect((await stat(image.path)).mode & 0o777).toBe(0o444);
    expect(await obtain()).toEqual(image);
    expect(server.requestsFor("/a.img")).toHaveLength(1);
    expect(host.progressSteps[0]).toMatch(/^Downloading mine: \d+ % of 100 kB, \d/);
    expect(await leftovers()).toEqual([]);
  });

  test("may have a SHA-512", async () => {
    const digest = digestOf(content, "sha512");
    await expect(obtain({ digest })).resolves.toMatchObject({ digest });
  });

  test("is the same over redirections", async () => {
    server.redirections.set("/moved", "/a.img");
    await expect(obtain({ urls: [server.url("/moved")] })).resolves.toMatchObject({ format: "raw" });
  });

  test("that redirects for ever is given up", async () => {
    server.redirections.set("/round", "/round");
    await expect(obtain({ urls: [server.url("/round")] })).rejects.toMatchObject({ code: "IMAGE_DOWNLOAD_FAILED" });
  });

  test("is taken from the next address if it isn't at the first", async () => {
    await expect(obtain({ urls: [server.url("/old"), server.url("/a.img")] })).resolves.toMatchObject({ format: "raw" });
  });

  test("is taken from the next address if the first never answers well", async () => {
    server.manner.statuses.push(500, 500, 500);
    await expect(obtain({ urls: [server.url("/a.img"), server.url("/a.img")] })).resolves.toMatchObject({ format: "raw" });
  });

  test("whose length is not told is fetched, too", async () => {
    server.manner.hasLength = false;
    await expect(obtain()).resolves.toMatchObject({ format: "raw" });
  });

  test("warns of what the user should know", async () => {
    await obtain({ caveat: "Mind the gap." });
    expect(host.lines).toContainEqual({ level: "warn", message: "Mind the gap." });
  });
});

describe("an interrupted download", () => {
  test("goes on where the connection was cut", async () => {
    server.manner.cutAfter.push(40_000, 30_000);
    expect(await readFile((await obtain()).path)).toEqual(content);
    const ranges = server.requestsFor("/a.img").map(({ headers }) => headers.range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges).toHaveLength(3);
    expect(ranges.slice(1)).toEqual([expect.stringMatching(/^bytes=[1-9]/), expect.stringMatching(/^bytes=[1-9]/)]);
  });

  test("goes on after a silence", async () => {
    server.manner.silentAfter.push(40_000);
    const { path } = await obtainDownload(imageOf(), host, { ...PACING, silenceMs: 500 });
    expect(await readFile(path)).toEqual(content);
    expect(server.requestsFor("/a.img")[1]?.headers.range).toMatch(/^bytes=[1-9]/);
  });

  test("waits longer from try to try while the server has trouble", async () => {
    server.manner.statuses.push(503, 429);
    await obtain();
    expect(host.sleepsMs).toEqual([1000, 2000]);
  });

  test("is given up when nothing comes, and goes on with the next command", async () => {
    server.manner.cutAfter.push(60_000, 0, 0);
    await expect(obtain()).rejects.toMatchObject({ code: "IMAGE_DOWNLOAD_FAILED" });
    expect(await leftovers()).toEqual([expect.stringMatching(/\.part$/), expect.stringMatching(/\.part\.json$/)]);
    expect(await readFile((await obtain()).path)).toEqual(content);
    expect(server.requestsFor("/a.img").at(-1)?.headers.range).toMatch(/^bytes=[1-9]/);
    expect(await leftovers()).toEqual([]);
  });

  test("begins again if the server gives no parts", async () => {
    server.manner.cutAfter.push(40_000);
    server.manner.ignoresRange = true;
    expect(await readFile((await obtain()).path)).toEqual(content);
  });

  test("begins again if the file on the server is another one by now", async () => {
    const good = content;
    server.files.set("/a.img", diskImage(SIZE));
    server.manner.cutAfter.push(40_000, 0, 0);
    await expect(obtain({ digest: digestOf(good) })).rejects.toMatchObject({ code: "IMAGE_DOWNLOAD_FAILED" });
    server.files.set("/a.img", good);
    expect(await readFile((await obtain({ digest: digestOf(good) })).path)).toEqual(good);
    expect(server.requestsFor("/a.img").at(-1)?.headers.range).toBeUndefined();
  });

  test("begins again if its parts don't fit together, though the server told of no change", async () => {
    server.manner.hasEtag = false;
    server.files.set("/a.img", diskImage(SIZE));
    server.manner.cutAfter.push(40_000, 0, 0);
    await expect(obtain()).rejects.toMatchObject({ code: "IMAGE_DOWNLOAD_FAILED" });
    server.files.set("/a.img", content);
    expect(await readFile((await obtain()).path)).toEqual(content);
  });

  test("begins again if more is there than the file has", async () => {
    server.files.set("/a.img", diskImage(SIZE));
    server.manner.cutAfter.push(90_000, 0, 0);
    await expect(obtain()).rejects.toMatchObject({ code: "IMAGE_DOWNLOAD_FAILED" });
    content = diskImage(40_000);
    server.files.set("/a.img", content);
    const [part = ""] = await leftovers();
    await rename(join(images(), part), join(images(), partNameOf(content)));
    expect(await readFile((await obtain()).path)).toEqual(content);
    expect(server.requestsFor("/a.img").at(-2)?.headers.range).toMatch(/^bytes=[4-9]\d{4}-/);
  });

  test("that had all bytes, but was not named yet, is not fetched again", async () => {
    await obtain();
    const [name = ""] = (await readdir(images())).filter((each) => each.endsWith(".img"));
    await writeFile(join(images(), name.replace(".img", ".part")), content);
    await rm(join(images(), name));
    await rm(join(images(), name.replace(".img", ".json")));
    await obtain();
    expect(server.requestsFor("/a.img")).toHaveLength(1);
  });

  test("by the user leaves what has come", async () => {
    server.manner.pieceMs = 20;
    const running = obtain();
    while (!(await leftovers()).some((name) => name.endsWith(".part.json"))) await new Promise((resolve) => setTimeout(resolve, 10));
    host.abort();
    await expect(running).rejects.toMatchObject({ code: "OPERATION_ABORTED" });
    server.manner.pieceMs = 0;
    host = new FakeHost({ directory });
    expect(await readFile((await obtain()).path)).toEqual(content);
  });
});

describe("what is not the image is not used", () => {
  test("if its checksum is another one", async () => {
    const expected = digestOf("another");
    await expect(obtain({ digest: expected })).rejects.toMatchObject({
      code: "IMAGE_DIGEST_MISMATCH",
      message: expect.stringMatching(new RegExp(`${digestOf(content)}, and must be ${expected}`)),
    });
    expect(await readdir(images())).toEqual([]);
  });

  test.each([
    [404, "IMAGE_GONE"],
    [410, "IMAGE_GONE"],
    [401, "IMAGE_DOWNLOAD_REFUSED"],
    [403, "IMAGE_DOWNLOAD_REFUSED"],
    [400, "IMAGE_DOWNLOAD_FAILED"],
  ])("if the server answers %i: at once %s", async (status, code) => {
    server.manner.statuses.push(status);
    await expect(obtain()).rejects.toMatchObject({
      code,
      suggestions: expect.arrayContaining([expect.stringContaining("./my-image.qcow2")]),
    });
    expect(host.sleepsMs).toEqual([]);
  });

  test("if nobody answers", async () => {
    const image = imageOf();
    await server[Symbol.asyncDispose]();
    const obtained = obtainDownload(image, host, PACING);
    await expect(obtained).rejects.toMatchObject({ code: "IMAGE_DOWNLOAD_FAILED", message: expect.stringContaining("ECONNREFUSED") });
    server = await ImageServer.start();
  });

  test("if it has the right checksum, but is no disk", async () => {
    server.files.set("/a.img", Buffer.from("<html>"));
    await expect(obtain({ digest: digestOf("<html>") })).rejects.toMatchObject({ code: "IMAGE_FORMAT_UNSUPPORTED" });
    expect(await readdir(images())).toEqual([]);
  });

  test("if the disk has no room for it", async () => {
    server.manner.claimedLength = 1e15;
    await expect(obtain()).rejects.toMatchObject({
      code: "IMAGE_DISK_FULL",
      message: expect.stringMatching(/^The image mine needs 1000 TB, and \d+ .B are free in /),
    });
  });
});

describe("an image without a checksum", () => {
  test("is fetched to tell its checksum, not used, and not fetched again when the checksum is told", async () => {
    const { digest: _digest, ...image } = imageOf();
    const error = await obtainDownload({ ...image, name: image.urls[0] }, host, PACING).catch((caught: unknown) => caught);
    const [algorithm, hex] = digestOf(content).split(":");
    expect(error).toMatchObject({
      code: "IMAGE_DIGEST_MISSING",
      message: expect.stringContaining(digestOf(content)),
      suggestions: expect.arrayContaining([expect.stringContaining(`${server.url("/a.img")}#${algorithm}=${hex}`)]),
    });
    await expect(obtain()).resolves.toMatchObject({ format: "raw" });
    expect(server.requestsFor("/a.img")).toHaveLength(1);
  });

  test("goes on after a cut only if the server says that it is the same file", async () => {
    const { digest: _digest, ...image } = imageOf();
    server.manner.cutAfter.push(40_000);
    await expect(obtainDownload(image, host, PACING)).rejects.toMatchObject({ message: expect.stringContaining(digestOf(content)) });
    expect(server.requestsFor("/a.img")[1]?.headers).toMatchObject({
      range: expect.stringMatching(/^bytes=/),
      "if-range": expect.stringMatching(/^"/),
    });
  });

  test("begins again if it can't be known that it is the same file", async () => {
    const { digest: _digest, ...image } = imageOf();
    server.manner.hasEtag = false;
    server.manner.cutAfter.push(40_000);
    await expect(obtainDownload(image, host, PACING)).rejects.toMatchObject({ message: expect.stringContaining(digestOf(content)) });
    expect(server.requestsFor("/a.img")[1]?.headers.range).toBeUndefined();
  });
});

describe("the cache", () => {
  test("verifies an image again that was touched, and keeps it if it is the same", async () => {
    const { path } = await obtain();
    await utimes(path, new Date(0), new Date(0));
    await obtain();
    expect(host.progressSteps).toContain("Verifying mine");
    expect(server.requestsFor("/a.img")).toHaveLength(1);
  });

  test("fetches an image again that was changed, and says so", async () => {
    const { path } = await obtain();
    await chmod(path, 0o644);
    await writeFile(path, diskImage(SIZE));
    expect(await readFile((await obtain()).path)).toEqual(content);
    expect(host.lines).toContainEqual({ level: "warn", message: expect.stringContaining("no longer what it was") });
  });

  test("verifies an image whose record is lost or damaged", async () => {
    const { path } = await obtain();
    await writeFile(path.replace(".img", ".json"), "{");
    await obtain();
    await rm(path.replace(".img", ".json"));
    await obtain();
    expect(server.requestsFor("/a.img")).toHaveLength(1);
  });

  test("tells people what an image is", async () => {
    const { path } = await obtain();
    expect(JSON.parse(await readFile(path.replace(".img", ".json"), "utf8"))).toMatchObject({
      name: "mine",
      url: server.url("/a.img"),
      digest: digestOf(content),
    });
  });

  test("is used when there is no network", async () => {
    const wish = imageOf();
    const image = await obtainDownload(wish, host, PACING);
    await server[Symbol.asyncDispose]();
    await expect(obtainDownload(wish, host, PACING)).resolves.toEqual(image);
    server = await ImageServer.start();
  });
});

describe("a packed image is unpacked", () => {
  test.each([
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ])("by %s", async (_packing, pack) => {
    const packed = pack(content);
    server.files.set("/a.img.packed", packed);
    const image = await obtain({ urls: [server.url("/a.img.packed")], digest: digestOf(packed) });
    expect(image).toMatchObject({ format: "raw", digest: digestOf(packed) });
    expect(await readFile(image.path)).toEqual(content);
    expect((await stat(image.path)).mode & 0o777).toBe(0o444);
    await utimes(image.path, new Date(0), new Date(0));
    await obtain({ urls: [server.url("/a.img.packed")], digest: digestOf(packed) });
    expect(server.requests).toHaveLength(1);
    expect(await leftovers()).toEqual([]);
  });

  test("unless it is damaged", async () => {
    const packed = gzipSync(content).subarray(0, 50_000);
    server.files.set("/a.img", packed);
    await expect(obtain({ digest: digestOf(packed) })).rejects.toMatchObject({ code: "IMAGE_DAMAGED" });
    expect(await readdir(images())).toEqual([]);
  });
});

function imageOf(): DownloadImage & { readonly digest: NonNullable<DownloadImage["digest"]> } {
  return { kind: "download", name: "mine", urls: [server.url("/a.img")], digest: digestOf(content) };
}

function obtain(changes: Partial<DownloadImage> = {}) {
  return obtainDownload({ ...imageOf(), ...changes }, host, PACING);
}

function images(): string {
  return join(directory, "cache/images");
}

function partNameOf(file: Buffer): string {
  return `${digestOf(file).replace(":", "-").slice(0, 39)}.part`;
}

/** What is neither an image nor its record. */
async function leftovers(): Promise<string[]> {
  if (!existsSync(images())) return [];
  return (await readdir(images())).filter((name) => !/^sha\d+-[0-9a-f]{32}\.(img|json)$/.test(name)).sort();
}
