import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { ProgramFormat } from "../../../src/drivers/programs/asset-names.js";
import { type PackedProgram, takeProgram } from "../../../src/drivers/programs/program-archive.js";
import { errorOf } from "../../support/error-of.js";
import { PROGRAM, packedPrograms } from "../../support/program.js";
import { scratchDirectory } from "../../support/scratch-directory.js";
import { makeTarball } from "../../support/tarball.js";
import { makeZip } from "../../support/zip.js";

async function packed(content: Buffer, format: ProgramFormat, driver = "foo"): Promise<PackedProgram> {
  const root = await scratchDirectory();
  await writeFile(join(root, "asset"), content);
  return { file: join(root, "asset"), format, driver, scratch: join(root, "scratch"), subject: "x in the release v1" };
}

test.each([...packedPrograms()])("a program is taken out of docker-machine-driver-foo%s", async (ending, content) => {
  const format = (ending === "" ? "plain" : ending.slice(1).replace("tgz", "tar.gz")) as ProgramFormat;
  const { file, driver } = await takeProgram(await packed(content, format));
  expect([await readFile(file, "utf8"), driver]).toEqual([PROGRAM, "foo"]);
});

test("the program's own name tells the driver where the asset's doesn't", async () => {
  const content = makeTarball([{ path: "bin/docker-machine-driver-ionoscloud_linux_amd64", content: PROGRAM }]);
  expect((await takeProgram(await packed(content, "tar.gz", ""))).driver).toBe("ionoscloud");
});

test("of several programs that of the asset's name is taken", async () => {
  const content = makeZip([
    { path: "docker-machine-driver-bar", content: "#!bar" },
    { path: "docker-machine-driver-foo", content: "#!foo" },
  ]);
  expect(await readFile((await takeProgram(await packed(content, "zip"))).file, "utf8")).toBe("#!foo");
});

const good = { path: "docker-machine-driver-foo", content: PROGRAM };
const zeros = Buffer.alloc(65 * 1024 * 1024);

test.each([
  [
    "a link in a tar archive",
    makeTarball([good, { path: "x", type: "SymbolicLink", linkpath: "/etc/passwd" }]),
    "tar.gz",
    "DRIVER_TARBALL_UNSAFE",
  ],
  ["a program that is a link", makeTarball([{ ...good, type: "Link", linkpath: "/bin/sh" }]), "tar.gz", "DRIVER_TARBALL_UNSAFE"],
  ["a path that leads out", makeTarball([good, { path: "../x" }]), "tar.gz", "DRIVER_TARBALL_UNSAFE"],
  ["an absolute path", makeTarball([good, { path: "/etc/x" }]), "tar.gz", "DRIVER_TARBALL_UNSAFE"],
  ["a device", makeTarball([good, { path: "x", type: "CharacterDevice" }]), "tar.gz", "DRIVER_TARBALL_UNSAFE"],
  ["the program twice", makeTarball([good, { ...good, path: `./${good.path}` }]), "tar.gz", "DRIVER_TARBALL_UNSAFE"],
  ["a link in a zip archive", makeZip([good, { path: "x", content: "/etc/passwd", mode: 0o120777 }]), "zip", "DRIVER_TARBALL_UNSAFE"],
  ["a device in a zip archive", makeZip([good, { path: "x", mode: 0o020666 }]), "zip", "DRIVER_TARBALL_UNSAFE"],
  ["a zipped path that leads out", makeZip([good, { path: "a/../../x" }]), "zip", "DRIVER_TARBALL_UNSAFE"],
  ["a zipped path of Windows that leads out", makeZip([good, { path: "..\\x" }]), "zip", "DRIVER_TARBALL_UNSAFE"],
  ["an absolute zipped path", makeZip([good, { path: "/x" }]), "zip", "DRIVER_TARBALL_UNSAFE"],
  ["the zipped program twice", makeZip([good, good]), "zip", "DRIVER_TARBALL_UNSAFE"],
  ["a zipped program with another size than told", makeZip([{ ...good, toldBytes: 3 }]), "zip", "DRIVER_TARBALL_INVALID"],
  ["a zip archive that tells gigabytes", makeZip([{ ...good, toldBytes: 3_000_000_000 }]), "zip", "DRIVER_TOO_LARGE"],
  ["a gzipped program of zeros", gzipSync(zeros), "gz", "DRIVER_TOO_LARGE"],
  ["no program", makeTarball([{ path: "README.md", content: "x" }]), "tar.gz", "PROGRAM_NOT_IN_ARCHIVE"],
  ["another driver's program", makeTarball([{ path: "docker-machine-driver-bar", content: PROGRAM }]), "tar.gz", "PROGRAM_NOT_IN_ARCHIVE"],
  [
    "two programs",
    makeTarball(["a", "b"].map((name) => ({ path: `${name}/docker-machine-driver-foo` }))),
    "tar.gz",
    "PROGRAM_NOT_IN_ARCHIVE",
  ],
  ["no tar archive", Buffer.from("<html>"), "tar.gz", "DRIVER_TARBALL_INVALID"],
  ["no zip archive", Buffer.from("<html>"), "zip", "DRIVER_TARBALL_INVALID"],
  ["nothing packed by gzip", Buffer.from("<html>"), "gz", "DRIVER_TARBALL_INVALID"],
  ["nothing packed by xz", Buffer.from("<html>"), "xz", "DRIVER_TARBALL_INVALID"],
  ["a cut xz file", packedPrograms().get(".tar.xz")?.subarray(0, 100) ?? Buffer.alloc(0), "tar.xz", "DRIVER_TARBALL_INVALID"],
] as const)("%s is refused", async (_, content, format, code) => {
  const error = await errorOf(async () => takeProgram(await packed(content, format)));
  expect([error.code, error.message]).toEqual([code, expect.stringContaining("x in the release v1")]);
  expect(error.suggestions).not.toEqual([]);
});
