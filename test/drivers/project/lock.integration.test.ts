import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DriversOptions } from "../../../src/drivers/drivers-options.js";
import { lockDrivers } from "../../../src/drivers/project/lock-drivers.js";
import { requireProject } from "../../../src/drivers/project/project.js";
import { installWholeLock } from "../../../src/drivers/project/project-driver.js";
import { shippedDrivers } from "../../../src/drivers/shipped.js";
import { dependentDriver, driverCode, driverPackage, packPackage, plainPackage } from "../../support/driver-package.js";
import { DriverWorld } from "../../support/driver-world.js";
import { errorOf } from "../../support/error-of.js";
import { PROGRAM } from "../../support/program.js";
import { makeTarball } from "../../support/tarball.js";

const PACKAGE = "npm:docker-machine-driver-acme";
const REPOSITORY = "my-org/docker-machine-driver-acme";
const SOURCE = `github.com/${REPOSITORY}`;

class Team {
  readonly world: DriverWorld;

  constructor(world: DriverWorld) {
    this.world = world;
  }

  static async start(): Promise<Team> {
    return new Team(await DriverWorld.start());
  }

  async declare(drivers: Readonly<Record<string, string>>): Promise<void> {
    await writeFile(join(this.world.root, "docker-machine.drivers.json"), JSON.stringify({ drivers }));
  }

  /** The drivers of one member: each has a folder of their own. */
  member(name: string, options: Partial<DriversOptions> = {}) {
    return this.world.drivers({ directory: join(this.world.root, name), ...options });
  }

  async lock(name: string, update: readonly string[] | "all" = []) {
    const project = await requireProject({ cwd: this.world.root, env: this.world.env });
    return this.member(name).prepared({}, (context) => lockDrivers(project, { update }, context));
  }

  async installLocked(name: string) {
    const project = await requireProject({ cwd: this.world.root, env: this.world.env });
    return this.member(name).prepared({}, (context) => installWholeLock(project, context));
  }

  get lockFile(): string {
    return join(this.world.root, "docker-machine.drivers.lock.json");
  }

  async locked(): Promise<Record<string, Record<string, unknown>>> {
    return (JSON.parse(await readFile(this.lockFile, "utf8")) as { drivers: Record<string, Record<string, unknown>> }).drivers;
  }
}

test("what one member locks, another gets: the driver and all below it, whatever is newest by then", async () => {
  const team = await Team.start();
  const { registry } = team.world;
  registry.publish(plainPackage("dep", "1.0.0"));
  registry.publish(driverPackage({ ...dependentDriver("acme", "^1"), version: "1.0.0" }));
  await team.declare({ acme: `${PACKAGE}@^1` });
  expect(await team.lock("one")).toEqual([{ name: "acme", to: "1.0.0", kind: "added" }]);
  const text = await readFile(team.lockFile, "utf8");
  expect(JSON.parse(text)).toEqual({
    version: 1,
    drivers: {
      acme: {
        declared: `${PACKAGE}@^1`,
        package: "docker-machine-driver-acme",
        version: "1.0.0",
        integrity: expect.stringMatching(/^sha512-/),
        tree: expect.stringMatching(/^sha256-[0-9a-f]{64}$/),
        dependencies: { "node_modules/dep": { version: "1.0.0", integrity: expect.stringMatching(/^sha512-/) } },
      },
    },
  });
  registry.publish(plainPackage("dep", "1.0.1"));
  registry.publish(driverPackage({ ...dependentDriver("acme", "^1"), version: "1.1.0" }));

  const [receipt] = await team.installLocked("two");
  expect(receipt).toMatchObject({ version: "1.0.0", source: `${PACKAGE}@^1` });
  expect((await team.member("two").obtain("acme")).definition.summary).toBe("dep 1.0.0");
  const unasked = { ask: () => Promise.reject(new Error("asked")) };
  expect((await team.member("three", unasked).obtain("acme")).definition.summary).toBe("dep 1.0.0");
  await expect(team.member("four", { ...unasked, cwd: "/" }).obtain(PACKAGE)).rejects.toThrow("asked");
  expect(await team.lock("two")).toEqual([{ name: "acme", from: "1.0.0", to: "1.0.0", kind: "kept" }]);
  expect(await readFile(team.lockFile, "utf8")).toBe(text);
  expect(await team.lock("two", ["acme"])).toEqual([{ name: "acme", from: "1.0.0", to: "1.1.0", kind: "changed" }]);
});

test("a repository is locked by its commit, and a tag that was moved since is refused", async () => {
  const team = await Team.start();
  const commit = await team.world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
  await team.declare({ acme: `${SOURCE}@^1` });
  await team.lock("one");
  expect((await team.locked()).acme).toMatchObject({ declared: `${SOURCE}@^1`, version: "1.0.0", tag: "v1.0.0", commit });
  await team.world.git.commit(REPOSITORY, driverPackage({ version: "1.1.0" }), { tag: "v1.1.0" });
  expect((await team.installLocked("two"))[0]).toMatchObject({ version: "1.0.0", commit });

  const moved = await team.world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0", files: { "x.js": "1" } }), { tag: "v1.0.0" });
  const error = await errorOf(() => team.installLocked("three"));
  expect([error.code, error.message]).toEqual([
    "LOCK_MISMATCH",
    expect.stringContaining(`the commit is ${moved}, and ${commit} is locked`),
  ]);
  expect(await team.world.drivers({ directory: join(team.world.root, "three") }).list()).toHaveLength(shippedDrivers().length);
});

test("a branch is locked by its commit, and moves on for others alone", async () => {
  const team = await Team.start();
  const commit = await team.world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0" }));
  await team.declare({ acme: `${SOURCE}@main` });
  await team.lock("one");
  await team.world.git.commit(REPOSITORY, driverPackage({ version: "1.1.0" }));
  expect((await team.installLocked("two"))[0]).toMatchObject({ version: "1.0.0", commit });
});

test("other contents under the same version are refused: the driver's by its integrity, a dependency's by that of its tarball", async () => {
  const team = await Team.start();
  const { registry } = team.world;
  registry.publish(plainPackage("dep", "1.0.0"));
  registry.publish(driverPackage(dependentDriver("acme", "^1")));
  await team.declare({ acme: PACKAGE });
  await team.lock("one");
  registry.publish(plainPackage("dep", "1.0.0", { description: "changed" }));
  const env = { ...team.world.env, npm_config_cache: join(team.world.root, "another-cache") };
  const project = await requireProject({ cwd: team.world.root, env });
  const elsewhere = team.member("two", { env });
  const dependency = await errorOf(() => elsewhere.prepared({}, (context) => installWholeLock(project, context)));
  expect(dependency.code).toBe("SOURCE_INTEGRITY");

  registry.publish(driverPackage({ ...dependentDriver("acme", "^1"), files: { "x.js": "1" } }));
  const driver = await errorOf(() => team.installLocked("three"));
  expect([driver.code, driver.message]).toEqual(["LOCK_MISMATCH", expect.stringContaining("its integrity is sha512-")]);
});

test("a tree that comes out otherwise is refused before it is used", async () => {
  const team = await Team.start();
  await team.world.git.commit(REPOSITORY, driverPackage(), { tag: "v1.0.0" });
  await team.declare({ acme: SOURCE });
  await team.lock("one");
  const text = await readFile(team.lockFile, "utf8");
  await writeFile(team.lockFile, text.replace(/sha256-\w{8}/, "sha256-00000000"));
  const error = await errorOf(() => team.installLocked("two"));
  expect([error.code, error.message]).toEqual(["LOCK_MISMATCH", expect.stringContaining("the hash of its files")]);
  expect((await errorOf(() => team.member("one").obtain("acme"))).suggestions).toEqual(["docker-machine driver install --locked"]);
});

test("create refuses an installed version that isn't the locked one, and one that is asked for beside it", async () => {
  const team = await Team.start();
  const { registry } = team.world;
  registry.publish(driverPackage({ version: "1.0.0" }));
  await team.declare({ acme: `${PACKAGE}@^1` });
  await team.lock("one");
  registry.publish(driverPackage({ version: "1.1.0" }));
  const outside = team.member("two", { cwd: "/" });
  await outside.install(`${PACKAGE}@1.1.0`);

  const error = await errorOf(() => team.member("two").obtain("acme"));
  expect([error.code, error.message]).toEqual(["LOCK_MISMATCH", expect.stringContaining("its version is 1.1.0, and 1.0.0 is locked")]);
  expect(error.suggestions).toEqual(["docker-machine driver install --locked"]);
  expect((await errorOf(() => team.member("two").obtain(`${PACKAGE}@1.1.0`))).code).toBe("LOCK_MISMATCH");
  await team.installLocked("two");
  expect((await team.member("two").obtain(PACKAGE)).version).toBe("1.0.0");
});

test("without a lock, the declaration decides and a warning says so", async () => {
  const team = await Team.start();
  const { registry } = team.world;
  registry.publish(driverPackage({ version: "1.0.0" }));
  registry.publish(driverPackage({ version: "2.0.0" }));
  await team.declare({ acme: `${PACKAGE}@^1` });
  expect((await team.member("one").obtain("acme")).version).toBe("1.0.0");
  expect(team.world.log.lines.join("\n")).toContain("warn: The drivers in ");
  expect((await errorOf(() => team.installLocked("one"))).code).toBe("LOCK_MISSING");
});

test("a lock that no longer fits the declaration is outdated; locking again keeps what still fits", async () => {
  const team = await Team.start();
  const { registry } = team.world;
  for (const driver of ["acme", "other"]) registry.publish(driverPackage({ driver }));
  await team.declare({ acme: PACKAGE });
  await team.lock("one");
  await team.declare({ acme: `${PACKAGE}@^1`, other: "npm:docker-machine-driver-other" });
  for (const act of [() => team.installLocked("two"), () => team.member("two").obtain("acme"), () => team.member("two").obtain("other")])
    expect((await errorOf(act)).code).toBe("LOCK_OUTDATED");
  for (const driver of ["acme", "other"]) registry.publish(driverPackage({ driver, version: "1.1.0" }));
  expect(await team.lock("one")).toEqual([
    { name: "acme", from: "1.0.0", to: "1.0.0", kind: "changed" },
    { name: "other", to: "1.1.0", kind: "added" },
  ]);
  await team.declare({ other: "npm:docker-machine-driver-other" });
  expect((await errorOf(() => team.installLocked("two"))).code).toBe("LOCK_OUTDATED");
  expect((await team.lock("one")).map(({ kind }) => kind)).toEqual(["removed", "kept"]);
  expect((await errorOf(() => team.lock("one", ["acme"]))).code).toBe("DRIVER_UNDECLARED");
});

test("optional dependencies for other platforms are locked for all, and hashed for none", async () => {
  const team = await Team.start();
  const { registry } = team.world;
  const [here, there] = process.platform === "linux" ? ["linux", "darwin"] : [process.platform, "linux"];
  registry.publish(plainPackage("native-here", "1.0.0", { os: [here] }));
  registry.publish(plainPackage("native-there", "1.0.0", { os: [there] }));
  const code = driverCode("acme", "dep", 'import dep from "native-here";');
  const manifest = { optionalDependencies: { "native-here": "^1", "native-there": "^1" } };
  registry.publish(driverPackage({ code, manifest }));
  await team.declare({ acme: PACKAGE });
  await team.lock("one");
  const { acme } = await team.locked();
  expect(acme?.dependencies).toMatchObject({
    "node_modules/native-here": { version: "1.0.0", optional: true, os: [here] },
    "node_modules/native-there": { version: "1.0.0", optional: true, os: [there] },
  });
  expect((await team.member("two").obtain("acme")).definition.summary).toBe("native-here 1.0.0");
  // The tree of a platform on which the other package is the one that fits.
  const text = await readFile(team.lockFile, "utf8");
  await writeFile(team.lockFile, text.replaceAll(`"${here}"`, '"x"').replaceAll(`"${there}"`, `"${here}"`).replaceAll('"x"', `"${there}"`));
  expect((await errorOf(() => team.installLocked("three"))).code).toBe("DRIVER_LOAD_FAILED");
});

test.each([
  ["a merge conflict", "<<<<<<< ours\n{}\n"],
  ["another version", '{ "version": 2, "drivers": {} }'],
  [
    "a dependency outside of the tree",
    '{"version":1,"drivers":{"acme":{"declared":"npm:x","version":"1.0.0","tree":"sha256-' +
      "0".repeat(64) +
      '","dependencies":{"node_modules/../../x":{"version":"1.0.0","integrity":"sha512-aa"}}}}}',
  ],
])("a lock file with %s is refused", async (_, text) => {
  const team = await Team.start();
  await team.declare({ acme: PACKAGE });
  await writeFile(team.lockFile, text);
  expect((await errorOf(() => team.member("one").obtain("acme"))).code).toBe("LOCK_INVALID");
});

test("nothing of a driver that a lock doesn't take stays behind, and the earlier one goes on", async () => {
  const team = await Team.start();
  const { registry } = team.world;
  registry.publish(driverPackage());
  await team.declare({ acme: PACKAGE });
  await team.lock("one");
  const { version, ...manifest } = JSON.parse(driverPackage()["package.json"] ?? "{}") as { name: string; version: string };
  registry.publishTarball(
    { ...manifest, version },
    makeTarball([{ path: "package/package.json", content: JSON.stringify({ ...manifest, version, x: 1 }) }]),
  );
  expect((await errorOf(() => team.installLocked("two"))).code).toBe("LOCK_MISMATCH");
  expect((await team.installLocked("one"))[0]?.version).toBe("1.0.0");
});

test("a driver that is declared under another name than its own is refused", async () => {
  const team = await Team.start();
  team.world.registry.publish(driverPackage());
  await team.declare({ sample: PACKAGE });
  for (const act of [() => team.lock("one"), () => team.member("two").obtain("sample")])
    expect((await errorOf(act)).message).toContain('declared as the driver "sample", but its package calls it "acme"');
});

const FOO = "my-org/docker-machine-driver-foo";
const ARCH = process.arch === "arm64" ? "arm64" : "amd64";
const ASSET = `docker-machine-driver-foo_1.0.0_${process.platform}_${ARCH}`;

test("a release's program is locked for the platforms that it was locked on, each of which adds its own", async () => {
  const team = await Team.start();
  const { github } = team.world;
  github.publishRelease(FOO, { tag: "v1.0.0", assets: { [ASSET]: PROGRAM } });
  await team.declare({ foo: `github.com/${FOO}@^1` });
  await team.lock("one");
  const { foo } = await team.locked();
  const platform = `${process.platform} ${process.arch}`;
  expect(foo).toEqual({
    declared: `github.com/${FOO}@^1`,
    version: "1.0.0",
    tag: "v1.0.0",
    programs: { [platform]: expect.stringMatching(/^sha256-/) },
  });
  github.publishRelease(FOO, { tag: "v1.1.0", assets: { [ASSET]: PROGRAM } });
  expect((await team.installLocked("two"))[0]).toMatchObject({ version: "1.0.0", form: "program" });

  const text = await readFile(team.lockFile, "utf8");
  await writeFile(team.lockFile, text.replace(platform, "plan9 mips"));
  expect((await errorOf(() => team.installLocked("three"))).message).toContain(`none for ${platform} is locked`);
  await team.lock("three");
  const programs = foo?.programs as Readonly<Record<string, string>>;
  expect((await team.locked()).foo).toMatchObject({ version: "1.0.0", programs: { ...programs, "plan9 mips": programs[platform] } });
  await writeFile(team.lockFile, text.replace(/sha256-\w{8}/, "sha256-00000000"));
  expect((await errorOf(() => team.installLocked("four"))).code).toBe("LOCK_MISMATCH");
});

test("a release's package is locked by its file's hash, and another file under its tag is refused", async () => {
  const team = await Team.start();
  const { github } = team.world;
  const asset = (x: number) => ({ "foo-1.0.0.tgz": packPackage(driverPackage({ driver: "foo", files: { "x.js": String(x) } })) });
  github.publishRelease(FOO, { tag: "v1.0.0", assets: asset(1) });
  await team.declare({ foo: `github.com/${FOO}` });
  await team.lock("one");
  expect((await team.locked()).foo).toMatchObject({ tag: "v1.0.0", integrity: expect.stringMatching(/^sha/), dependencies: {} });
  github.publishRelease(FOO, { tag: "v1.0.1", assets: asset(1) });
  expect((await team.installLocked("two"))[0]?.tag).toBe("v1.0.0");
  github.removeRelease(FOO, "v1.0.0");
  github.publishRelease(FOO, { tag: "v1.0.0", assets: asset(2) });
  const error = await errorOf(() => team.installLocked("three"));
  expect([error.code, error.message]).toEqual(["LOCK_MISMATCH", expect.stringContaining("its integrity is")]);
});
