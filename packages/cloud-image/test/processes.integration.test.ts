import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DownloadImage } from "../src/image-source.js";
import { digestOf, diskImage } from "./support/disk-image.js";
import { HttpProxy } from "./support/http-proxy.js";
import { ImageServer } from "./support/image-server.js";
import { ObtainProcess } from "./support/obtain-process.js";

const run = promisify(execFile);
const SIZE = 400_000;

let directory: string;
let cache: string;
let content: Buffer;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "cloud-image-processes-"));
  cache = join(directory, "cache");
  content = diskImage(SIZE);
});

afterEach(() => rm(directory, { recursive: true, force: true }));

test("processes that want the same image at once fetch it once", async () => {
  await using server = await imageServer();
  server.manner.pieceMs = 100;
  const processes = [1, 2, 3].map(() => new ObtainProcess(imageAt(server), cache));
  const outcomes = await Promise.all(processes.map((each) => each.outcome()));
  expect(await readFile(outcomes[0]?.path ?? "")).toEqual(content);
  expect(outcomes.slice(1)).toEqual([outcomes[0], outcomes[0]]);
  expect(server.requests).toHaveLength(1);
});

test("a process that was killed in a download holds up nobody, and the next one goes on where it ended", async () => {
  await using server = await imageServer();
  server.manner.pieceMs = 50;
  const killed = new ObtainProcess(imageAt(server), cache);
  while (!(await names()).some((name) => name.endsWith(".part.json"))) await sleep(20);
  await sleep(200);
  killed.kill("SIGKILL");
  await killed.outcome();
  server.manner.pieceMs = 0;
  const { path } = await new ObtainProcess(imageAt(server), cache).outcome();
  expect(await readFile(path ?? "")).toEqual(content);
  expect(server.requests[1]?.headers.range).toMatch(/^bytes=[1-9]/);
  expect(await names()).toEqual([expect.stringMatching(/\.img$/), expect.stringMatching(/\.json$/)]);
});

test("an interrupted process ends at once, and what has come is used by the next one", async () => {
  await using server = await imageServer();
  server.manner.silentAfter.push(200_000);
  const interrupted = new ObtainProcess(imageAt(server), cache);
  while (!(await names()).some((name) => name.endsWith(".part.json"))) await sleep(20);
  interrupted.kill("SIGINT");
  await expect(interrupted.outcome()).resolves.toMatchObject({ code: "OPERATION_ABORTED" });
  const { path } = await new ObtainProcess(imageAt(server), cache).outcome();
  expect(await readFile(path ?? "")).toEqual(content);
});

describe("over https", () => {
  test("a server whose authority is not known is not believed; once NODE_EXTRA_CA_CERTS names it, it is", async () => {
    const { key, cert, certificatePath } = await certificate();
    await using server = await imageServer({ key, cert });
    await expect(new ObtainProcess(imageAt(server), cache).outcome()).resolves.toMatchObject({
      code: "IMAGE_DOWNLOAD_FAILED",
      suggestions: expect.arrayContaining([expect.stringContaining("NODE_EXTRA_CA_CERTS")]),
    });
    const { path } = await new ObtainProcess(imageAt(server), cache, { NODE_EXTRA_CA_CERTS: certificatePath }).outcome();
    expect(await readFile(path ?? "")).toEqual(content);
  });

  test("goes through the proxy of HTTPS_PROXY, but not where NO_PROXY says so", async () => {
    const { key, cert, certificatePath } = await certificate();
    await using server = await imageServer({ key, cert });
    await using proxy = await HttpProxy.start();
    const variables = { NODE_EXTRA_CA_CERTS: certificatePath, HTTPS_PROXY: proxy.url };
    await expect(new ObtainProcess(imageAt(server), cache, variables).outcome()).resolves.toMatchObject({ format: "raw" });
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
    await rm(cache, { recursive: true });
    await expect(new ObtainProcess(imageAt(server), cache, { ...variables, NO_PROXY: "127.0.0.1" }).outcome()).resolves.toMatchObject({
      format: "raw",
    });
    expect(proxy.asked).toHaveLength(1);
  });

  test("tells of a proxy that refuses", async () => {
    const { key, cert } = await certificate();
    await using server = await imageServer({ key, cert });
    await using proxy = await HttpProxy.start({ refuses: true });
    await expect(new ObtainProcess(imageAt(server), cache, { HTTPS_PROXY: proxy.url }).outcome()).resolves.toMatchObject({
      code: "IMAGE_DOWNLOAD_FAILED",
      message: expect.stringContaining("407"),
    });
  });
});

test("over http goes through the proxy of HTTP_PROXY", async () => {
  await using server = await imageServer();
  await using proxy = await HttpProxy.start();
  await expect(new ObtainProcess(imageAt(server), cache, { HTTP_PROXY: proxy.url }).outcome()).resolves.toMatchObject({ format: "raw" });
  expect(proxy.asked).toEqual([`GET ${server.url("/a.img")}`]);
});

test.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
  "a disk that becomes full is told (mounting one needs root)",
  async () => {
    await mkdir(cache);
    await run("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", cache]);
    try {
      await using server = await imageServer();
      server.manner.hasLength = false;
      await expect(new ObtainProcess(imageAt(server), cache).outcome()).resolves.toMatchObject({ code: "IMAGE_DISK_FULL" });
      server.manner.hasLength = true;
      await expect(new ObtainProcess(imageAt(server), cache).outcome()).resolves.toMatchObject({
        code: "IMAGE_DISK_FULL",
        message: expect.stringMatching(/needs \d+ kB, and \d+ /),
      });
    } finally {
      await run("umount", [cache]);
    }
  },
);

async function imageServer(tls?: { readonly key: Buffer; readonly cert: Buffer }): Promise<ImageServer> {
  const server = await ImageServer.start(tls);
  server.files.set("/a.img", content);
  return server;
}

function imageAt(server: ImageServer): DownloadImage {
  return { kind: "download", name: "mine", urls: [server.url("/a.img")], digest: digestOf(content) };
}

async function names(): Promise<string[]> {
  const images = join(cache, "images");
  return existsSync(images) ? (await readdir(images)).sort() : [];
}

async function certificate(): Promise<{ key: Buffer; cert: Buffer; certificatePath: string }> {
  const [keyPath, certificatePath] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const subject = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  await run("openssl", ["req", ...kind, "-keyout", keyPath, "-out", certificatePath, ...subject]);
  return { key: await readFile(keyPath), cert: await readFile(certificatePath), certificatePath };
}
