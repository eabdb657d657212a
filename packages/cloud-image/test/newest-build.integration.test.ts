import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeHost } from "@docker-machine/driver-sdk/testing";
import { createCleartextMessage, createMessage, generateKey, type PrivateKey, sign } from "openpgp";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DownloadImage, SignedBuild } from "../src/image-source.js";
import { obtainDownload } from "../src/obtain-download.js";
import { digestOf, diskImage } from "./support/disk-image.js";
import { ImageServer } from "./support/image-server.js";

const PACING = { silenceMs: 20_000, tries: 2, pauseMs: 1000 };

let publisher: PrivateKey;
let stranger: PrivateKey;
let directory: string;
let server: ImageServer;
let host: FakeHost;
const content = diskImage(50_000);
const list = `${digestOf("other").slice(7)} *other.img\n${digestOf(content).slice(7)} *newest.img\n`;

beforeAll(async () => {
  const keyOf = async (name: string) => (await generateKey({ type: "ecc", userIDs: [{ name }], format: "object" })).privateKey;
  [publisher, stranger] = await Promise.all([keyOf("publisher"), keyOf("stranger")]);
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "newest-build-"));
  host = new FakeHost({ directory });
  server = await ImageServer.start();
  server.files.set("/release/newest.img", content);
  server.files.set("/release/SHA256SUMS", Buffer.from(list));
  server.files.set("/release/SHA256SUMS.gpg", await detached(list, publisher));
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

describe("when the pinned build is gone", () => {
  test("the newest one is taken, and said", async () => {
    const image = await obtainDownload(pinned(), host, PACING);
    expect(image).toMatchObject({ name: "mine", digest: digestOf(content), defaultUser: "me" });
    expect(await readFile(image.path)).toEqual(content);
    expect(host.lines).toContainEqual({
      level: "info",
      message: expect.stringMatching(/gone: .*old\.img\. Taking the newest one, sha256:/),
    });
  });

  test("the newest one is not fetched twice", async () => {
    await obtainDownload(pinned(), host, PACING);
    await obtainDownload(pinned(), host, PACING);
    expect(server.requestsFor("/release/newest.img")).toHaveLength(1);
  });

  test("a list with its signature in it serves as well", async () => {
    const text = await sign({ message: await createCleartextMessage({ text: list.trimEnd() }), signingKeys: publisher });
    server.files.set("/release/SHA256SUMS", Buffer.from(text));
    const { signatureUrl: _signatureUrl, ...newest } = signed();
    await expect(obtainDownload({ ...pinned(), newest }, host, PACING)).resolves.toMatchObject({ digest: digestOf(content) });
  });

  test.each<[string, string, () => void | Promise<void>]>([
    [
      "IMAGE_SIGNATURE_INVALID",
      "the list was changed",
      () => void server.files.set("/release/SHA256SUMS", Buffer.from(list.replace("newest", "n"))),
    ],
    [
      "IMAGE_SIGNATURE_INVALID",
      "a stranger signed it",
      async () => void server.files.set("/release/SHA256SUMS.gpg", await detached(list, stranger)),
    ],
    ["IMAGE_GONE", "the signature is gone", () => void server.files.delete("/release/SHA256SUMS.gpg")],
    ["IMAGE_GONE", "the list is gone", () => void server.files.delete("/release/SHA256SUMS")],
    ["IMAGE_GONE", "the newest image is gone, too", () => void server.files.delete("/release/newest.img")],
    [
      "IMAGE_DIGEST_MISMATCH",
      "the newest image is not the one in the list",
      () => void server.files.set("/release/newest.img", diskImage(50_000)),
    ],
    [
      "IMAGE_CHECKSUM_MISSING",
      "the list lacks it",
      async () => {
        const other = list.replace("newest", "newer");
        server.files.set("/release/SHA256SUMS", Buffer.from(other));
        server.files.set("/release/SHA256SUMS.gpg", await detached(other, publisher));
      },
    ],
    ["IMAGE_DOWNLOAD_FAILED", "the list is endless", () => void server.files.set("/release/SHA256SUMS", Buffer.alloc(1_100_000))],
  ])("nothing is used: %s if %s", async (code, _case, change) => {
    await change();
    await expect(obtainDownload(pinned(), host, PACING)).rejects.toMatchObject({ code });
  });

  test("a passing problem with the list is waited for", async () => {
    const image = pinned();
    server.files.set("/old.img", content);
    server.manner.statuses.push(404, 503);
    await expect(obtainDownload(image, host, PACING)).resolves.toMatchObject({ digest: digestOf(content) });
    expect(host.sleepsMs).toEqual([1000]);
  });
});

test("a pinned build that is refused, but not gone, is not replaced", async () => {
  server.manner.statuses.push(403);
  await expect(obtainDownload(pinned(), host, PACING)).rejects.toMatchObject({ code: "IMAGE_DOWNLOAD_REFUSED" });
  expect(server.requests).toHaveLength(1);
});

function signed(): SignedBuild {
  return {
    url: server.url("/release/newest.img"),
    checksumsUrl: server.url("/release/SHA256SUMS"),
    signatureUrl: server.url("/release/SHA256SUMS.gpg"),
    publicKey: publisher.toPublic().armor(),
    fingerprint: publisher.getFingerprint().toUpperCase(),
  };
}

function pinned(): DownloadImage {
  return { kind: "download", name: "mine", urls: [server.url("/old.img")], digest: digestOf("old"), defaultUser: "me", newest: signed() };
}

async function detached(text: string, key: PrivateKey): Promise<Buffer> {
  const signature = await sign({ message: await createMessage({ binary: Buffer.from(text) }), signingKeys: key, detached: true });
  return Buffer.from(signature);
}
