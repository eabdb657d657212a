import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, packPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";
import { PROGRAM, packedPrograms } from "../support/program.js";
import { makeTarball } from "../support/tarball.js";

const REPOSITORY = "my-org/docker-machine-driver-foo";
const SOURCE = `github.com/${REPOSITORY}`;
const ARCH = process.arch === "arm64" ? "arm64" : "amd64";
const OS = process.platform;
const ASSET = `docker-machine-driver-foo_1.0.0_${OS}_${ARCH}`;
const GO = { "main.go": "package main" };

function packed(version: string, name = "docker-machine-driver-foo"): Readonly<Record<string, Buffer>> {
  return { [`${name}-${version}.tgz`]: packPackage(driverPackage({ driver: "foo", name, version })) };
}

function sha256(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A release with a Go plugin's program. Its tag is in no repository, so git has nothing to tell of it. */
function publishProgram(world: DriverWorld, tag: string, assets: Readonly<Record<string, Buffer | string>>, digests = true): void {
  world.github.publishRelease(REPOSITORY, { tag, assets, digests });
}

describe("which release", () => {
  test("the newest by its version is taken, and pre-releases only with --pre, a range or their tag", async () => {
    const world = await DriverWorld.start();
    const publish = (tag: string, version: string, isPreRelease = false) =>
      world.github.publishRelease(REPOSITORY, { tag, isPreRelease, assets: packed(version) });
    publish("v2.0.0", "2.0.0");
    publish("v1.9.1", "1.9.1");
    publish("v3.0.0-rc.1", "3.0.0-rc.1");
    publish("v3.0.0", "3.0.0", true);
    const install = async (source: string, wishes = {}) => (await world.drivers().install(source, wishes)).version;

    expect(await install(SOURCE)).toBe("2.0.0");
    expect(await install(SOURCE, { pre: true })).toBe("3.0.0");
    expect(await install(`${SOURCE}@v3.0.0-rc.1`)).toBe("3.0.0-rc.1");
    expect(await install(`${SOURCE}@^1.2`)).toBe("1.9.1");
    expect(await install(`${SOURCE}@>=3.0.0-rc.0 <3.0.0`)).toBe("3.0.0-rc.1");
    expect(await install(`${SOURCE}@v1.9.1`)).toBe("1.9.1");
  });

  test("the newest that fits this docker-machine's SDK is taken, and the newer one is named", async () => {
    const world = await DriverWorld.start();
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets: packed("1.0.0") });
    const unfit = packPackage(driverPackage({ driver: "foo", version: "2.0.0", sdkRange: "^99.0.0" }));
    world.github.publishRelease(REPOSITORY, { tag: "v2.0.0", assets: { "foo-2.0.0.tgz": unfit } });
    const { passedOver, candidate } = await world.drivers().preview(SOURCE);
    expect([candidate.version, passedOver]).toEqual(["1.0.0", { version: "2.0.0", sdkRange: "^99.0.0" }]);
  });

  test("a release whose assets have no package stands for the tree of its tag, before newer tags", async () => {
    const world = await DriverWorld.start();
    const commit = await world.git.commit(REPOSITORY, driverPackage({ driver: "foo", version: "1.0.0" }), { tag: "v1.0.0" });
    await world.git.commit(REPOSITORY, driverPackage({ driver: "foo", version: "1.1.0" }), { tag: "v1.1.0" });
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", publishedAt: "2026-02-01T00:00:00Z", assets: { "notes.txt": "Notes" } });
    const receipt = await world.drivers().install(SOURCE);
    expect(receipt).toMatchObject({
      version: "1.0.0",
      commit,
      tag: "v1.0.0",
      form: "package",
      facts: { publishedAt: "2026-02-01T00:00:00Z" },
    });
    expect(receipt.facts).not.toHaveProperty("unchangedSince");
  });

  test("since when a version can't have been changed is told of a release's files, and of a tag that can't be moved any more", async () => {
    const world = await DriverWorld.start();
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", publishedAt: "2026-02-01T00:00:00Z", assets: packed("1.0.0") });
    const { candidate: file } = await world.drivers().preview(SOURCE);
    expect(file.facts.unchangedSince).toBe("2026-02-01T00:00:00Z");
    await world.git.commit(REPOSITORY, driverPackage({ driver: "foo", version: "1.1.0" }), { tag: "v1.1.0" });
    world.github.publishRelease(REPOSITORY, { tag: "v1.1.0", publishedAt: "2026-03-01T00:00:00Z", isImmutable: true });
    const { candidate: tree } = await world.drivers().preview(SOURCE);
    expect(tree).toMatchObject({ version: "1.1.0", facts: { unchangedSince: "2026-03-01T00:00:00Z" } });
  });

  test("a tag without a release, a branch and a commit are taken from git", async () => {
    const world = await DriverWorld.start();
    const commit = await world.git.commit(REPOSITORY, driverPackage({ driver: "foo", version: "0.9.0" }), { tag: "v0.9.0" });
    await world.git.commit(REPOSITORY, driverPackage({ driver: "foo", version: "0.10.0" }), { branch: "next" });
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets: packed("1.0.0") });
    const versions: string[] = [];
    for (const ref of ["v0.9.0", "next", commit, "^0.9"]) versions.push((await world.drivers().install(`${SOURCE}@${ref}`)).version);
    expect(versions).toEqual(["0.9.0", "0.10.0", "0.9.0", "0.9.0"]);
  });

  test("a host that can't be asked leaves git's tags, and says so", async () => {
    const world = await DriverWorld.start();
    await world.git.commit(REPOSITORY, driverPackage({ driver: "foo", version: "1.0.0" }), { tag: "v1.0.0" });
    world.github.publishRelease(REPOSITORY, { tag: "v2.0.0", assets: packed("2.0.0") });
    world.github.limitRate(0);
    expect((await world.drivers().install(SOURCE)).version).toBe("1.0.0");
    expect(world.log.lines.join("\n")).toMatch(
      /warn: The releases of .* could not be looked at, so its tags count: .*in \d+ minutes.*TOKEN/,
    );
  });

  test("a rate limit is told where git has no repository", async () => {
    const world = await DriverWorld.start();
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets: packed("1.0.0") });
    world.github.limitRate(0);
    const error = await errorOf(() => world.drivers().install(SOURCE));
    expect([error.code, error.message]).toEqual(["SOURCE_RATE_LIMITED", expect.stringMatching(/in \d+ minutes\. And git: /)]);
  });

  test("a rate limit is told where git has no driver", async () => {
    const world = await DriverWorld.start();
    await world.git.commit(REPOSITORY, GO);
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets: { [ASSET]: PROGRAM } });
    world.github.limitRate(0);
    expect((await errorOf(() => world.drivers().install(SOURCE))).code).toBe("SOURCE_RATE_LIMITED");
  });

  test("a reference without a release of a repository without a package says so", async () => {
    const world = await DriverWorld.start();
    await world.git.commit(REPOSITORY, GO, { tag: "v0.9.0" });
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets: { [ASSET]: PROGRAM } });
    const messages: string[] = [];
    for (const ref of ["main", "^0.9"]) messages.push((await errorOf(() => world.drivers().install(`${SOURCE}@${ref}`))).message);
    expect(messages[0]).toContain("no release of the tag main");
    expect(messages[1]).toContain("no release in the range ^0.9");
  });

  test("only pre-releases: they are named, with the flag that takes them", async () => {
    const world = await DriverWorld.start();
    await world.git.commit(REPOSITORY, GO, { tag: "v1.0.0-rc.1" });
    publishProgram(world, "v1.0.0-rc.1", { [ASSET]: PROGRAM });
    const error = await errorOf(() => world.drivers().install(SOURCE));
    expect([error.code, error.message]).toEqual(["DRIVER_NOT_A_DRIVER", expect.stringContaining("all pre-releases: v1.0.0-rc.1")]);
    expect(error.suggestions[0]).toContain("--pre");
    expect((await world.drivers().install(SOURCE, { pre: true })).version).toBe("1.0.0-rc.1");
  });
});

describe("a package as an asset", () => {
  test("is recorded with its tag, hash and what vouched for it, and is not fetched again", async () => {
    const world = await DriverWorld.start();
    const assets = packed("1.0.0");
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets });
    const receipt = await world.drivers().install(SOURCE);
    const [tarball = Buffer.alloc(0)] = Object.values(assets);
    const integrity = `sha256-${createHash("sha256").update(tarball).digest("base64")}`;
    expect(receipt).toMatchObject({ name: "foo", version: "1.0.0", tag: "v1.0.0", integrity, facts: { checksum: "api-digest" } });
    expect((await world.drivers().obtain(SOURCE)).definition.summary).toBe("1.0.0");
    expect(await world.drivers().update("foo")).not.toHaveProperty("to");
  });

  test("that isn't what the checksums say is refused, and the earlier version works on", async () => {
    const world = await DriverWorld.start();
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets: packed("1.0.0") });
    await world.drivers().install(SOURCE);
    const assets = { ...packed("2.0.0"), SHA256SUMS: `${sha256("other")}  docker-machine-driver-foo-2.0.0.tgz\n` };
    world.github.publishRelease(REPOSITORY, { tag: "v2.0.0", assets, digests: false });
    expect((await errorOf(() => world.drivers().install(SOURCE))).code).toBe("SOURCE_INTEGRITY");
    expect((await world.drivers().obtain("foo")).definition.summary).toBe("1.0.0");
  });

  test("that is hostile is refused", async () => {
    const world = await DriverWorld.start();
    const hostile = makeTarball([
      { path: "package/package.json", content: "{}" },
      { path: "package/x", type: "SymbolicLink", linkpath: "/etc/passwd" },
    ]);
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets: { "foo-1.0.0.tgz": hostile, [ASSET]: PROGRAM } });
    expect((await errorOf(() => world.drivers().install(SOURCE))).code).toBe("DRIVER_TARBALL_UNSAFE");
  });

  test("is chosen by what is in it: others are passed over, two drivers are named", async () => {
    const world = await DriverWorld.start();
    const other = packPackage({ "package.json": '{ "name": "ui", "version": "1.0.0" }' });
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets: { ...packed("1.0.0"), "a-ui-1.0.0.tgz": other } });
    expect((await world.drivers().install(SOURCE)).name).toBe("foo");
    world.github.publishRelease(REPOSITORY, {
      tag: "v2.0.0",
      assets: { ...packed("2.0.0"), ...packed("2.0.0", "docker-machine-driver-foo-too") },
    });
    const error = await errorOf(() => world.drivers().install(SOURCE));
    expect([error.code, error.message]).toEqual(["RELEASE_AMBIGUOUS", expect.stringContaining("docker-machine-driver-foo-too-2.0.0.tgz")]);
  });
});

describe("a Go plugin's program", () => {
  test.each([...packedPrograms()])(
    "packed as %s is installed, listed, described, updated and removed, and not run",
    async (ending, content) => {
      const world = await DriverWorld.start();
      await world.git.commit(REPOSITORY, GO, { tag: "v1.0.0" });
      const assets = { [`${ASSET}${ending}`]: content, [`docker-machine-driver-foo_1.0.0_plan9_amd64${ending}`]: content };
      publishProgram(world, "v1.0.0", assets);

      const receipt = await world.drivers().install(SOURCE);

      const integrity = `sha256-${createHash("sha256").update(content).digest("base64")}`;
      expect(receipt).toMatchObject({
        name: "foo",
        version: "1.0.0",
        form: "program",
        tag: "v1.0.0",
        integrity,
        facts: { checksum: "api-digest" },
      });
      const program = join(world.directory, receipt.folder, "package", "docker-machine-driver-foo");
      expect([await readFile(program, "utf8"), (await stat(program)).mode & 0o777]).toEqual([PROGRAM, 0o755]);
      expect((await world.drivers().list()).map(({ name, version }) => `${name} ${version}`)).toContain("foo 1.0.0");
      expect((await world.drivers().describe("foo")).loaded.definition.summary).toContain("can't run them yet");
      expect((await errorOf(() => world.drivers().obtain("foo"))).code).toBe("DRIVER_IS_PROGRAM");
      expect(await world.drivers().update("foo")).not.toHaveProperty("to");
      publishProgram(world, "v1.1.0", { [ASSET.replace("1.0.0", "1.1.0")]: `${PROGRAM}# new` });
      expect(await world.drivers().update("foo")).toMatchObject({ from: { version: "1.0.0" }, to: { version: "1.1.0" } });
      expect((await world.drivers().rollBack("foo")).version).toBe("1.0.0");
      await world.drivers().uninstall("foo");
      expect(await world.folders()).toEqual([]);
    },
  );

  test.each([
    ["SHA256SUMS", (hash: string) => `${hash}  ./dist/${ASSET}\n`],
    [`${ASSET}.sha256`, (hash: string) => hash],
    ["docker-machine-driver-foo_1.0.0_checksums.txt", (hash: string) => `SHA256 (${ASSET}) = ${hash}\r\n`],
  ])("is held against %s", async (name, text) => {
    const world = await DriverWorld.start();
    publishProgram(world, "v1.0.0", { [ASSET]: PROGRAM, [name]: text(sha256(PROGRAM)) }, false);
    expect((await world.drivers().install(SOURCE)).facts).toMatchObject({ checksum: "checksum-file" });

    publishProgram(world, "v1.1.0", { [ASSET]: PROGRAM, [name]: text(sha256("other")) }, false);
    const error = await errorOf(() => world.drivers().install(SOURCE));
    expect([error.code, error.message]).toEqual(["SOURCE_INTEGRITY", expect.stringContaining(sha256("other"))]);
    expect(error.message).toContain(sha256(PROGRAM));
    expect((await world.drivers().list()).find((driver) => driver.name === "foo")?.version).toBe("1.0.0");
  });

  test("that is changed on the way is refused by the API's digest", async () => {
    const world = await DriverWorld.start();
    publishProgram(world, "v1.0.0", { [ASSET]: PROGRAM });
    world.github.assetFault = "wrong-content";
    expect((await errorOf(() => world.drivers().install(SOURCE))).code).toBe("SOURCE_INTEGRITY");
    expect(await world.folders()).toEqual([]);
  });

  test("about which the checksums and the API contradict each other is refused before it is fetched", async () => {
    const world = await DriverWorld.start();
    publishProgram(world, "v1.0.0", { [ASSET]: PROGRAM, SHA256SUMS: `${sha256("other")}  ${ASSET}\n` });
    const error = await errorOf(() => world.drivers().install(SOURCE));
    expect([error.code, error.message.includes(sha256("other")), error.message.includes(sha256(PROGRAM))]).toEqual([
      "SOURCE_INTEGRITY",
      true,
      true,
    ]);
    expect(world.github.storeRequests).toHaveLength(1);
  });

  test.each([
    ["nothing", {}, "no file of checksums"],
    ["MD5", { [`${ASSET}.md5`]: createHash("md5").update(PROGRAM).digest("hex") }, "hashes that can be forged"],
    ["checksums of other files", { "checksums.txt": `${sha256("x")}  other\n` }, "checksums.txt doesn't list it"],
  ])("with %s that vouches for it is refused, unless that is allowed, and then said", async (_, more, reason) => {
    const world = await DriverWorld.start();
    publishProgram(world, "v1.0.0", { [ASSET]: PROGRAM, ...more }, false);
    const error = await errorOf(() => world.drivers().install(SOURCE));
    expect([error.code, error.message]).toEqual(["PROGRAM_UNVERIFIED", expect.stringContaining(reason)]);
    expect(error.suggestions[0]).toContain(`docker-machine driver install --allow-unverified ${SOURCE}`);
    const receipt = await world.drivers().install(SOURCE, { allowUnverified: true });
    expect(receipt.facts).not.toHaveProperty("checksum");
    expect(world.log.lines.join("\n")).toContain("nothing vouches for it");
  });

  test("for other computers is refused, and what there is is listed", async () => {
    const world = await DriverWorld.start();
    await world.git.commit(REPOSITORY, GO, { tag: "v1.0.0" });
    publishProgram(world, "v1.0.0", { "docker-machine-driver-foo_plan9_386": PROGRAM, "notes.md": "x" });
    const error = await errorOf(() => world.drivers().install(SOURCE));
    expect(error.code).toBe("RELEASE_HAS_NO_DRIVER");
    expect(error.suggestions[0]).toContain("docker-machine-driver-foo_plan9_386");
  });

  test("of which several would do is refused, and they are listed", async () => {
    const world = await DriverWorld.start();
    publishProgram(world, "v1.0.0", {
      [`docker-machine-driver-a_${OS}_${ARCH}`]: PROGRAM,
      [`docker-machine-driver-b_${OS}_${ARCH}`]: PROGRAM,
    });
    expect((await errorOf(() => world.drivers().install(SOURCE))).code).toBe("RELEASE_AMBIGUOUS");
  });

  test.each([
    ["is a web page", { [ASSET]: "<html>Not found</html>" }, "PROGRAM_UNFIT"],
    [
      "is for another computer than its name says",
      { [ASSET]: Buffer.from("7f454c46020101000000000000000000020016000100", "hex") },
      "PROGRAM_UNFIT",
    ],
    ["is called as a shipped driver", { [`docker-machine-driver-generic_${OS}_${ARCH}`]: PROGRAM }, "DRIVER_NAME_RESERVED"],
    ["has a name that is none", { [`docker-machine-driver-__proto__${OS}_${ARCH}`]: PROGRAM }, "PROGRAM_NAME_INVALID"],
    ["is not in its archive", { [`${ASSET}.tar.gz`]: makeTarball([{ path: "x" }]) }, "PROGRAM_NOT_IN_ARCHIVE"],
    [
      "lies beside a link",
      { [`${ASSET}.tar.gz`]: makeTarball([{ path: "docker-machine-driver-foo" }, { path: "x", type: "Link", linkpath: "/x" }]) },
      "DRIVER_TARBALL_UNSAFE",
    ],
  ])("that %s is refused, and nothing is left behind", async (_, assets: Readonly<Record<string, string | Buffer>>, code) => {
    const world = await DriverWorld.start();
    publishProgram(world, "v1.0.0", assets);
    const error = await errorOf(() => world.drivers().install(SOURCE));
    expect(error.code).toBe(code);
    expect(error.suggestions).not.toEqual([]);
    expect(await world.folders()).toEqual([]);
  });

  test("without a name on its asset is called as inside, and its tag needs no semver", async () => {
    const world = await DriverWorld.start();
    const archive = makeTarball([{ path: "docker-machine-driver-ionoscloud", content: PROGRAM }]);
    publishProgram(world, "v4", { [`docker-machine-driver-4-${OS}-${ARCH}.tar.gz`]: archive });
    expect(await world.drivers().install(SOURCE)).toMatchObject({ name: "ionoscloud", version: "4.0.0", tag: "v4" });
    expect(world.log.lines.join("\n")).toContain("is not a semver version: it counts as 4.0.0");
  });

  test("is taken where git can't look at the tag's tree, and a package in the tree comes before it", async () => {
    const world = await DriverWorld.start();
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets: { [ASSET]: PROGRAM } });
    expect((await world.drivers().install(SOURCE)).form).toBe("program");
    await world.git.commit(REPOSITORY, driverPackage({ driver: "foo", version: "1.1.0" }), { tag: "v1.1.0" });
    world.github.publishRelease(REPOSITORY, { tag: "v1.1.0", assets: { [ASSET]: PROGRAM } });
    expect(await world.drivers().install(SOURCE)).toMatchObject({ form: "package", version: "1.1.0" });
  });

  test("that is pinned and was replaced under its tag is refused", async () => {
    const world = await DriverWorld.start();
    publishProgram(world, "v1.0.0", { [ASSET]: PROGRAM });
    await world.drivers().install(`${SOURCE}@v1.0.0`, { pin: true });
    world.github.removeRelease(REPOSITORY, "v1.0.0");
    world.github.publishRelease(REPOSITORY, { tag: "v1.0.0", assets: { [ASSET]: `${PROGRAM}# other` } });
    expect((await errorOf(() => world.drivers().install(`${SOURCE}@v1.0.0`, { pin: true }))).code).toBe("SOURCE_MOVED");
  });
});
