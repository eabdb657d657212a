import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { driverPackage, plainPackage } from "../../support/driver-package.js";
import { ACME, HostileWorld } from "../../support/hostile-world.js";
import { problem, RecordingServer } from "../../support/recording-server.js";
import { TamperedRegistry, type Tampering } from "../../support/tampered-registry.js";
import { MOVED_TAGS, REDIRECTS } from "./sources.js";

const run = promisify(execFile);
const REPOSITORY = "my-org/docker-machine-driver-acme";
const SOURCE = `github.com/${REPOSITORY}`;

test.each(REDIRECTS)("a registry that redirects $what to $where: no token goes there", async ({ what, where }) => {
  const hostile = await HostileWorld.start();
  const { world } = hostile;
  const registry = await TamperedRegistry.start(world.registry);
  const other = await RecordingServer.start();
  onTestFinished(() => other.stop());
  other.answer = () => problem(404, "Nothing here");
  await writeFile(join(world.root, ".npmrc"), `${registry.url.replace("http:", "")}:_authToken=s3cret\n`);
  world.registry.token = "s3cret";
  world.registry.publish(hostile.package());
  const address = where === "another host" ? other.url.replace("127.0.0.1", "localhost") : other.url;
  const redirect: Tampering = (response) => void response.writeHead(302, { location: `${address}there` }).end();
  if (what === "a package") registry.metadata = redirect;
  else registry.tarball = redirect;

  const env = { ...world.env, npm_config_registry: registry.url };
  const error = await world
    .drivers({ env })
    .install(ACME)
    .then(
      () => undefined,
      (thrown: { code: string }) => thrown.code,
    );

  expect(error).toBe("SOURCE_NOT_FOUND");
  expect(registry.requests.map(({ authorization }) => authorization)).toContain("Bearer s3cret");
  expect(other.requests.length).toBeGreaterThan(0);
  expect(other.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  expect(JSON.stringify(other.requests)).not.toContain("s3cret");
  await rm(join(world.root, ".npmrc"));
  await hostile.expectUnharmed();
});

describe("scripts of", () => {
  test.each([
    ["the driver", {}],
    ["a dependency", { dependencies: { evil: "1" } }],
    ["an optional dependency", { optionalDependencies: { evil: "1" } }],
    ["a dependency of a dependency", { dependencies: { carrier: "1" } }],
    ["a bundled dependency", { dependencies: { evil: "1" }, bundleDependencies: ["evil"] }],
  ])("%s don't run", async (_, manifest) => {
    const hostile = await HostileWorld.start();
    const { registry } = hostile.world;
    const scripts = hostile.scripts();
    const gyp = { "binding.gyp": "{ 'targets': [{ 'target_name': 'x', 'actions': [] }] }", "bin.js": hostile.trap("require") };
    registry.publish({ ...plainPackage("evil", "1.0.0", { scripts, gypfile: true, bin: { evil: "bin.js", node: "bin.js" } }), ...gyp });
    registry.publish(plainPackage("carrier", "1.0.0", { dependencies: { evil: "1" }, scripts }));
    const bundled =
      "bundleDependencies" in manifest
        ? { "node_modules/evil/package.json": JSON.stringify({ name: "evil", version: "1.0.0", scripts }) }
        : {};
    registry.publish(driverPackage({ version: "1.1.0", manifest: { scripts, ...manifest }, files: bundled }));
    const { version } = await hostile.world.drivers().install(ACME);
    expect(version).toBe("1.1.0");
    await expect(run("ls", [hostile.canary])).rejects.toThrow("No such file");
  });
});

describe("a repository", () => {
  test.each(MOVED_TAGS)("whose tag was moved after the pin: %s refuses, and the pinned commit stays", async (verb) => {
    const hostile = await HostileWorld.start();
    const { world } = hostile;
    await world.drivers().uninstall("acme");
    const commit = await world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
    await world.drivers().install(`${SOURCE}@v1.0.0`, { pin: true });
    await moveTag(hostile);

    const outcome = await attempt(verb, hostile);

    expect(outcome).toBe(verb === "update" ? "pinned" : "SOURCE_MOVED");
    const loaded = await world.drivers().obtain("acme");
    expect(loaded.definition.summary).toBe("1.0.0");
    expect((await world.drivers().list()).find(({ name }) => name === "acme")?.receipt).toMatchObject({ commit, pinned: true });
    await expect(run("ls", [hostile.canary])).rejects.toThrow("No such file");
  });

  test("whose tag was moved, without a pin: an update asks, and without anybody to ask refuses", async () => {
    const hostile = await HostileWorld.start();
    const { world } = hostile;
    await world.drivers().uninstall("acme");
    await world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
    await world.drivers().install(SOURCE);
    await moveTag(hostile);
    const error = await world
      .drivers()
      .update("acme")
      .then(
        () => undefined,
        (thrown: { code: string; suggestions: string[] }) => thrown,
      );
    expect(error).toMatchObject({
      code: "DRIVER_CHANGED_HANDS",
      suggestions: [expect.stringContaining("driver update --yes acme"), expect.stringContaining("--pin")],
    });
    expect((await world.drivers().obtain("acme")).definition.summary).toBe("1.0.0");
    await expect(run("ls", [hostile.canary])).rejects.toThrow("No such file");
  });

  test("that was deleted: an update says so, and the driver goes on working", async () => {
    const hostile = await HostileWorld.start();
    const { world } = hostile;
    await world.drivers().uninstall("acme");
    await world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
    await world.drivers().install(SOURCE);
    await rm(world.git.repository(REPOSITORY), { recursive: true });
    for (const attempted of ["update", "install"] as const) expect(await attempt(attempted, hostile)).toBe("SOURCE_NOT_FOUND");
    expect((await world.drivers().obtain("acme")).definition.summary).toBe("1.0.0");
  });

  test("that was deleted and made anew by somebody: its old pin is refused", async () => {
    const hostile = await HostileWorld.start();
    const { world } = hostile;
    await world.drivers().uninstall("acme");
    await world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
    await world.drivers().install(`${SOURCE}@v1.0.0`, { pin: true });
    await rm(world.git.repository(REPOSITORY), { recursive: true });
    await world.git.commit(REPOSITORY, hostile.package({ version: "1.0.0" }), { tag: "v1.0.0" });
    expect(await attempt("install", hostile)).toBe("SOURCE_MOVED");
    expect((await world.drivers().obtain("acme")).definition.summary).toBe("1.0.0");
    await expect(run("ls", [hostile.canary])).rejects.toThrow("No such file");
  });

  test("that was transferred, so that its host redirects: it is fetched from there, and the login stays behind", async () => {
    const hostile = await HostileWorld.start();
    const { world } = hostile;
    await world.drivers().uninstall("acme");
    await world.git.commit("new-org/acme", driverPackage({ version: "1.2.0" }), { tag: "v1.2.0" });
    const old = await RecordingServer.start();
    onTestFinished(() => old.stop());
    const there = `${world.git.url.replace("127.0.0.1", "localhost")}new-org/acme.git`;
    old.answer = ({ path }) => ({ status: 301, headers: { location: `${there}/${path.replace(/^.*?\.git\//, "")}` } });
    await writeFile(join(world.root, ".gitconfig"), "[credential]\n\thelper = store\n");
    await writeFile(join(world.root, ".git-credentials"), `${old.url.replace("//", "//me:s3cret@")}\n`);
    const receipt = await world.drivers().install(`git+${old.url}old-org/acme.git`);
    expect(receipt.version).toBe("1.2.0");
    expect(old.requests.length).toBeGreaterThan(0);
    expect(world.git.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });
});

async function moveTag({ world, canary }: HostileWorld): Promise<void> {
  const evil = await world.git.commit(
    REPOSITORY,
    driverPackage({ version: "1.0.0", code: `import fs from "node:fs"; fs.writeFileSync(${JSON.stringify(canary)}, "");` }),
  );
  await run("git", ["-C", world.git.repository(REPOSITORY), "tag", "--force", "v1.0.0", evil]);
}

/** What came of it: a code, or why it was kept. */
async function attempt(verb: "update" | "install" | "install --pin", { world }: HostileWorld): Promise<string | undefined> {
  try {
    if (verb === "update") return (await world.drivers().update("acme")).kept;
    await world
      .drivers()
      .install((await world.drivers().list()).find(({ name }) => name === "acme")?.source ?? "", { pin: verb === "install --pin" });
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
