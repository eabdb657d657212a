import { execFile } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { driverPackage } from "../support/driver-package.js";
import { DriverWorld } from "../support/driver-world.js";
import { errorOf } from "../support/error-of.js";
import { sshServerUnavailable, startSshServer } from "../support/ssh-server.js";

const REPOSITORY = "my-org/docker-machine-driver-acme";
const SOURCE = `github.com/${REPOSITORY}`;
const run = promisify(execFile);
const skipReason = sshServerUnavailable === undefined ? "" : ` (skipped: ${sshServerUnavailable})`;

async function versionOf(world: DriverWorld, typed: string): Promise<unknown> {
  return (await world.drivers().obtain(typed)).definition.summary;
}

test("a repository's newest semver tag is installed through the mirror, and its commit is said", async () => {
  const world = await DriverWorld.start();
  await world.git.commit(REPOSITORY, driverPackage({ version: "1.9.0" }), { tag: "v1.9.0" });
  const commit = await world.git.commit(REPOSITORY, driverPackage({ version: "1.10.0" }), { tag: "v1.10.0" });
  await world.git.commit(REPOSITORY, driverPackage({ version: "2.0.0-rc.1" }), { tag: "v2.0.0-rc.1" });

  const loaded = await world.drivers().obtain(`https://${SOURCE}.git`);

  expect(loaded).toMatchObject({ name: "acme", version: "1.10.0", source: SOURCE, kind: "installed" });
  expect(world.log.lines.join()).toContain(`Installed the driver "acme" 1.10.0 from ${SOURCE}, commit ${commit} (sha256 `);
  const { length } = world.git.requests;
  await world.drivers().obtain(SOURCE);
  expect(world.git.requests).toHaveLength(length);
});

test("a tag, a branch, a range over tags, a commit or its beginning is taken, and without tags the default branch", async () => {
  const world = await DriverWorld.start();
  const untagged = await world.git.commit(REPOSITORY, driverPackage({ version: "0.1.0" }));
  expect(await versionOf(world, SOURCE)).toBe("0.1.0");
  await world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
  await world.git.commit(REPOSITORY, driverPackage({ version: "1.1.0" }), { tag: "1.1.0", branch: "next" });
  await world.git.commit(REPOSITORY, driverPackage({ version: "2.0.0" }), { tag: "v2.0.0", branch: "feature/x" });

  expect(await versionOf(world, `${REPOSITORY}@v1.0.0`)).toBe("1.0.0");
  expect(await versionOf(world, `${REPOSITORY}@next`)).toBe("1.1.0");
  expect(await versionOf(world, `${REPOSITORY}#feature/x`)).toBe("2.0.0");
  expect(await versionOf(world, `${REPOSITORY}@^1`)).toBe("1.1.0");
  expect(await versionOf(world, `${REPOSITORY}@${untagged}`)).toBe("0.1.0");
  expect(await versionOf(world, `${REPOSITORY}@${untagged.slice(0, 10)}`)).toBe("0.1.0");
});

test("a repository on any host is taken by its address, and from a folder by git+file", async () => {
  const world = await DriverWorld.start();
  await world.git.commit("o/r", driverPackage(), { tag: "v1.0.0" });
  const source = `git+file://${world.git.repository("o/r")}`;
  expect((await world.drivers().obtain(`git+${world.git.url}o/r.git`)).version).toBe("1.0.0");
  await world.drivers().uninstall("acme");
  expect((await world.drivers().obtain(source)).source).toBe(source);
});

test.skipIf(sshServerUnavailable !== undefined)(`a repository is fetched over SSH with the user's own key${skipReason}`, async () => {
  const world = await DriverWorld.start();
  const commit = await world.git.commit("o/r", driverPackage(), { tag: "v1.0.0" });
  const server = await startSshServer(world.root, "sshd");
  onTestFinished(() => server.stop());
  const { port, privateKeyPath } = server.endpoint;
  const knownHosts = join(world.root, "known_hosts");
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${server.hostPublicKey}`);
  const ssh = (hosts: string) =>
    `ssh -F none -o IdentitiesOnly=yes -o UserKnownHostsFile=${hosts} -o StrictHostKeyChecking=yes -i ${privateKeyPath}`;
  const source = `git+ssh://root@127.0.0.1:${port}${world.git.repository("o/r")}`;
  const drivers = (hosts: string) => world.drivers({ env: { ...world.env, GIT_SSH_COMMAND: ssh(hosts) } });

  expect((await errorOf(() => drivers("/dev/null").obtain(source))).code).toBe("SOURCE_NEEDS_TOKEN");
  const receipt = await drivers(knownHosts).install(`${source}#^1`);
  expect(receipt).toMatchObject({ version: "1.0.0", commit });
});

test("a token for GitHub is not given to a mirror, nor to another host", async () => {
  const world = await DriverWorld.start();
  await world.git.commit(REPOSITORY, driverPackage());
  world.git.token = "s3cret";
  const drivers = world.drivers({ env: { ...world.env, GITHUB_TOKEN: "s3cret", GH_TOKEN: "s3cret", MACHINE_GITHUB_API_TOKEN: "s3cret" } });
  for (const source of [SOURCE, `git+${world.git.url}${REPOSITORY}.git`]) {
    const error = await errorOf(() => drivers.obtain(source));
    expect(error.code).toBe("SOURCE_NEEDS_TOKEN");
  }
  expect(world.git.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
});

test("a private repository is fetched with git's own credentials, which are stored nowhere", async () => {
  const world = await DriverWorld.start();
  await world.git.commit(REPOSITORY, driverPackage());
  world.git.token = "s3cret";
  await writeFile(join(world.root, ".gitconfig"), "[credential]\n\thelper = store\n");
  await writeFile(join(world.root, ".git-credentials"), `${world.git.url.replace("//", "//me:s3cret@")}\n`);
  const loaded = await world.drivers().obtain(SOURCE);
  expect(loaded.name).toBe("acme");
  expect((await run("grep", ["-rl", "s3cret", world.directory]).catch(({ stdout }) => ({ stdout }))).stdout).toBe("");
});

const unbuilt = { exports: { ".": { types: "./x.d.ts", default: "./dist/index.js" } } };

test.each([
  ["a repository that doesn't exist", "my-org/nothing", driverPackage(), "SOURCE_NOT_FOUND"],
  ["a reference that doesn't exist", `${REPOSITORY}@v9`, driverPackage(), "SOURCE_VERSION_NOT_FOUND"],
  ["a commit that doesn't exist", `${REPOSITORY}@0123456789abcdef0123456789abcdef01234567`, driverPackage(), "SOURCE_VERSION_NOT_FOUND"],
  ["a repository without package.json", REPOSITORY, { "README.md": "Hello" }, "DRIVER_NOT_A_DRIVER"],
  ["a repository of something else", REPOSITORY, { "package.json": '{ "name": "left-pad", "version": "1.0.0" }' }, "DRIVER_NOT_A_DRIVER"],
  ["a package.json that isn't JSON", REPOSITORY, { "package.json": "{" }, "DRIVER_MANIFEST_INVALID"],
  ["a shipped name", REPOSITORY, driverPackage({ driver: "generic" }), "DRIVER_NAME_RESERVED"],
  ["a range that doesn't fit", REPOSITORY, driverPackage({ sdkRange: "^99" }), "DRIVER_INCOMPATIBLE"],
  ["a driver that has to be built first", REPOSITORY, driverPackage({ manifest: unbuilt }), "DRIVER_LOAD_FAILED"],
  ["no connection", "git+http://127.0.0.1:9/o/r.git", driverPackage(), "SOURCE_UNREACHABLE"],
])("%s: a coded error, and nothing left behind", async (_, typed, files, code) => {
  const world = await DriverWorld.start();
  await world.git.commit(REPOSITORY, files);
  const error = await errorOf(() => world.drivers().obtain(typed));
  expect(error.code).toBe(code);
  expect(error.suggestions).not.toEqual([]);
  expect(await world.folders()).toEqual([]);
});

test("a repository with a symbolic link is refused, naming it, unless the link is left out of exports", async () => {
  const world = await DriverWorld.start();
  const files = driverPackage();
  await world.git.commit(REPOSITORY, { ...files, "AGENTS.md": "x" });
  const work = join(world.root, "work");
  const git = (...args: string[]) => run("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", "-C", work, ...args]);
  await run("git", ["clone", "--quiet", world.git.repository(REPOSITORY), work]);
  await symlink("/etc/passwd", join(work, "CLAUDE.md"));
  await git("add", "--all");
  await git("commit", "--quiet", "-m", "link");
  await git("push", "--quiet");
  const error = await errorOf(() => world.drivers().obtain(SOURCE));
  expect([error.code, error.message.includes('"package/CLAUDE.md"')]).toEqual(["DRIVER_TARBALL_UNSAFE", true]);
  await writeFile(join(work, ".gitattributes"), "CLAUDE.md export-ignore\n");
  await git("add", "--all");
  await git("commit", "--quiet", "-m", "ignore");
  await git("push", "--quiet");
  expect((await world.drivers().obtain(SOURCE)).name).toBe("acme");
});

test("a fetch that is cut off leaves the earlier version working", async () => {
  const world = await DriverWorld.start();
  await world.git.commit(REPOSITORY, driverPackage({ version: "1.0.0" }), { tag: "v1.0.0" });
  await world.drivers().install(SOURCE);
  await world.git.commit(REPOSITORY, driverPackage({ version: "2.0.0", files: { "big.txt": "x".repeat(100_000) } }), { tag: "v2.0.0" });
  world.git.cutPackAfterBytes = 300;
  expect((await errorOf(() => world.drivers().install(SOURCE))).code).toBe("SOURCE_UNREACHABLE");
  expect(await versionOf(world, SOURCE)).toBe("1.0.0");
  expect(await world.folders()).toHaveLength(1);
  world.git.cutPackAfterBytes = undefined;
  expect((await world.drivers().install(SOURCE)).version).toBe("2.0.0");
});

test("neither the repository's hooks nor those of the user's templates run", async () => {
  const world = await DriverWorld.start();
  await world.git.commit(REPOSITORY, driverPackage());
  const hooks = join(world.root, "template/hooks");
  await run("mkdir", ["-p", hooks]);
  for (const hook of ["post-checkout", "reference-transaction"])
    await writeFile(join(hooks, hook), `#!/bin/sh\ntouch ${world.root}/ran\n`, { mode: 0o755 });
  await writeFile(join(world.root, ".gitconfig"), `[init]\n\ttemplateDir = ${world.root}/template\n[core]\n\thooksPath = ${hooks}\n`);
  await world.drivers().obtain(SOURCE);
  await expect(run("ls", [join(world.root, "ran")])).rejects.toThrow("No such file");
});
