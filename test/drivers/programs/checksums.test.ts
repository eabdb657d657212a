import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { checksumFilesOf, formatIntegrity, isOwnChecksumFile, readChecksums, readDigest } from "../../../src/drivers/programs/checksums.js";

const ASSET = "docker-machine-driver-foo_1.0.0_linux_amd64.tar.gz";
const OTHER = "docker-machine-driver-foo_1.0.0_linux_arm64.tar.gz";
const SHA256 = createHash("sha256").update("foo").digest("hex");
const SHA512 = createHash("sha512").update("foo").digest("hex");
const MD5 = createHash("md5").update("foo").digest("hex");
const OTHER_SHA256 = createHash("sha256").update("other").digest("hex");

test.each([
  "SHA256SUMS",
  "SHA512SUMS.txt",
  "sha256sum.txt",
  "sha256sum-amd64.txt",
  "sha256sums",
  "checksums.txt",
  "CHECKSUMS",
  "checksums.sha256",
  "checksums_sha256.txt",
  "docker-machine-driver-foo_1.0.0_checksums.txt",
  "docker-machine-driver-foo_1.0.0_SHA256SUMS",
  `${ASSET}.sha256`,
  `${ASSET}.sha256sum`,
  `${ASSET}.sha256.txt`,
  `${ASSET}.sha512`,
])("%s is a file of checksums", (name) => {
  expect(checksumFilesOf(ASSET, [ASSET, OTHER, name])).toEqual({ files: [name], weak: [] });
});

test.each([
  "SHA256SUMS.asc",
  "checksums.txt.sig",
  "checksums.txt.pem",
  "checksums.json",
  `${OTHER}.sha256`,
  "README.md",
  "docker-machine-driver-sums_linux_amd64.zip",
])("%s is none for it", (name) => {
  expect(checksumFilesOf(ASSET, [ASSET, OTHER, name])).toEqual({ files: [], weak: [] });
});

test.each([`${ASSET}.md5`, `${ASSET}.sha1`, "MD5SUMS", "md5sum.txt", "SHA1SUMS", "checksums.md5"])("%s is too weak", (name) => {
  expect(checksumFilesOf(ASSET, [ASSET, OTHER, name])).toEqual({ files: [], weak: [name] });
});

test("the asset's own file comes first", () => {
  const own = `${ASSET}.sha256`;
  expect(checksumFilesOf(ASSET, [ASSET, "SHA256SUMS", own]).files).toEqual([own, "SHA256SUMS"]);
  expect([isOwnChecksumFile(own, ASSET), isOwnChecksumFile("SHA256SUMS", ASSET)]).toEqual([true, false]);
});

const told = (...hashes: string[]) => ({
  kind: "told",
  checksums: hashes.map((hex) => ({ algorithm: hex.length === 64 ? "sha256" : "sha512", hex })),
});

test.each([
  ["GNU's", `${OTHER_SHA256}  ${OTHER}\n${SHA256}  ${ASSET}\n`],
  ["GNU's of binary files", `${SHA256} *${ASSET}\n`],
  ["BSD's", `SHA256 (${OTHER}) = ${OTHER_SHA256}\nSHA256 (${ASSET}) = ${SHA256}\n`],
  ["paths before names", `${OTHER_SHA256}  ./dist/${OTHER}\n${SHA256}  ./dist/${ASSET}\n`],
  ["Windows' lines and paths", `${SHA256}  dist\\${ASSET}\r\n`],
  ["upper case", `${SHA256.toUpperCase()}  ${ASSET}`],
  ["names first", `${ASSET}: ${SHA256}\n`],
  ["comments and blank lines", `# made by hand\n\n${SHA256}  ${ASSET}\n\n`],
])("checksums in the form %s are read", (_, text) => {
  expect(readChecksums(text, ASSET, { isOwn: false })).toEqual(told(SHA256));
});

test("several hashes of one asset are all read", () => {
  expect(readChecksums(`${SHA256}  ${ASSET}\n${SHA512}  ${ASSET}\n`, ASSET, { isOwn: false })).toEqual(told(SHA256, SHA512));
});

test("an asset's own file may hold the hash alone, or another name", () => {
  expect(readChecksums(`${SHA256}\n`, ASSET, { isOwn: true })).toEqual(told(SHA256));
  expect(readChecksums(`${SHA256}  bin/foo\n`, ASSET, { isOwn: true })).toEqual(told(SHA256));
});

test.each([
  ["a hash alone in a file of all", `${SHA256}\n`, "untold"],
  ["another asset's", `${SHA256}  ${OTHER}\n`, "untold"],
  ["a name that only ends the same", `${SHA256}  x${ASSET}\n`, "untold"],
  ["a page of a Wi-Fi", "<html>Log in</html>", "untold"],
  ["MD5", `${MD5}  ${ASSET}\n`, "weak"],
])("%s is not taken", (_, text, kind) => {
  expect(readChecksums(text, ASSET, { isOwn: false })).toEqual({ kind });
});

test("an API's digest is read if it is a strong one", () => {
  expect(readDigest(`sha256:${SHA256}`)).toEqual({ algorithm: "sha256", hex: SHA256 });
  expect([undefined, "", "sha256:123", `md5:${MD5}`, `sha512:${SHA256}`].map(readDigest)).toEqual(Array(5).fill(undefined));
});

test("a hash is recorded as SRI writes it", () => {
  expect(formatIntegrity({ algorithm: "sha256", hex: SHA256 })).toBe(`sha256-${createHash("sha256").update("foo").digest("base64")}`);
});
