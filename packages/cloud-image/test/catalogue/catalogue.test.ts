import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { readKey } from "openpgp";
import { describe, expect, test } from "vitest";
import { CATALOGUE } from "../../src/catalogue/catalogue.js";
import { digestInList } from "../../src/checksum-list.js";
import { verifiedText } from "../../src/openpgp-signature.js";

const BUILDS = CATALOGUE.flatMap((image) => image.builds.map((build) => ({ id: `${image.name} ${build.architecture}`, image, build })));
const FEDORA_FINGERPRINT = "36F612DCF27F7D1A48A835E4DBFCF71C6D9F90A6";

test("names and other names are all different, and can be typed", () => {
  const names = CATALOGUE.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+(-[0-9.]+)?$/);
});

test("each image is there for both architectures, and each kind of hardware has one build at most", () => {
  for (const { name, builds } of CATALOGUE) {
    const fits = builds.flatMap(({ architecture, hardware }) => hardware.map((each) => `${name} ${architecture} ${each}`));
    expect(new Set(fits).size).toBe(fits.length);
    expect(fits).toEqual(expect.arrayContaining([`${name} amd64 virtio`, `${name} arm64 virtio`]));
  }
});

describe.each(BUILDS)("$id", ({ build, image }) => {
  test("is fetched from its publisher over https, from an address that holds one build only", () => {
    for (const url of [...build.urls, build.checksumsUrl, ...(build.signatureUrl === undefined ? [] : [build.signatureUrl])]) {
      expect(new URL(url).protocol).toBe("https:");
      expect(new URL(url).hostname).toMatch(/(^|\.)(debian|ubuntu|fedoraproject|alpinelinux)\.(org|com)$/);
      expect(url).not.toMatch(/latest|current|daily/);
    }
    for (const url of build.urls) expect(url).toMatch(/amd64|arm64|x86_64|aarch64/);
  });

  test("has a checksum of full length, and tells where it was read", () => {
    expect(build.digest).toMatch(/^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/);
    expect(build.sources.every((source) => source.length > 10)).toBe(true);
    if (build.built !== undefined) expect(new Date(build.built).toISOString()).toMatch(new RegExp(`^${build.built}`));
    if (build.signedBy !== undefined) expect(build.signedBy).toMatch(/^[0-9A-F]{40}$/);
    expect(image.defaultUser).toMatch(/^[a-z]+$/);
  });
});

test("no two builds have the same checksum", () => {
  expect(new Set(BUILDS.map(({ build }) => build.digest)).size).toBe(BUILDS.length);
});

test("each key is the one whose fingerprint its publisher tells, and may sign now", async () => {
  for (const build of CATALOGUE.flatMap(({ newest }) => Object.values(newest ?? {}))) {
    const key = await readKey({ armoredKey: build.publicKey });
    expect(key.getFingerprint().toUpperCase()).toBe(build.fingerprint);
    await expect(key.getSigningKey()).resolves.toBeDefined();
    expect(basename(new URL(build.checksumsUrl).pathname)).toBe("SHA256SUMS");
  }
});

describe("the checksum that is pinned is the one that its publisher signed", () => {
  test("for Fedora 44", async () => {
    const name = "Fedora-Cloud-44-1.7-aarch64-CHECKSUM";
    const publicKey = await fixture("RPM-GPG-KEY-fedora-44-primary");
    const list = await verifiedText({ name, text: await fixture(name), publicKey, fingerprint: FEDORA_FINGERPRINT });
    const { build } = pinned("fedora-44 arm64");
    expect(build.signedBy).toBe(FEDORA_FINGERPRINT);
    expect(digestInList(list, basename(build.urls[0]), name)).toBe(build.digest);
  });

  // The list is that of the daily folder, which has the same build under another name.
  test.each(["amd64", "arm64"] as const)("for Ubuntu 24.04 on %s", async (architecture) => {
    const { build, image } = pinned(`ubuntu-24.04 ${architecture}`);
    const { publicKey = "", fingerprint = "" } = image.newest?.[architecture] ?? {};
    const name = "ubuntu-noble-20260926-SHA256SUMS";
    const list = await verifiedText({ name, text: await fixture(name), signature: await fixture(`${name}.gpg`), publicKey, fingerprint });
    expect(build.signedBy).toBe(fingerprint);
    expect(digestInList(list, `noble-server-cloudimg-${architecture}.img`, name)).toBe(build.digest);
  });
});

test("docs/images.md tells of each image its names and its builds", async () => {
  const rows = (await readFile(new URL("../../../../docs/images.md", import.meta.url), "utf8")).split("\n");
  for (const { name, aliases, builds } of CATALOGUE) {
    const row = rows.find((line) => line.startsWith(`| \`${name}\` |`));
    for (const alias of aliases) expect(row).toContain(`\`${alias}\``);
    for (const { urls } of builds)
      expect(urls[0]).toMatch(new RegExp((row?.split("|")[3] ?? "none").match(/[0-9][0-9.-]+/g)?.join("|") ?? "none"));
  }
});

function fixture(name: string): Promise<string> {
  return readFile(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
}

function pinned(wanted: string): (typeof BUILDS)[number] {
  const found = BUILDS.find(({ id }) => id === wanted);
  if (found === undefined) throw new Error(`There is no ${wanted}.`);
  return found;
}
