import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli } from "../support/cli.js";
import { GitlabRunner } from "../support/gitlab-runner.js";
import { exampleDriver, hostImage, hostsImpossible, residueOf } from "../support/nspawn-host.js";
import { generateKey } from "../support/ssh-server.js";

const FIRST_CREATES = 10;
const SUBNET_PREFIX = "172.29.67.";

describe("GitLab Runner, with the driver none", () => {
  let cli: Cli;
  let runner: GitlabRunner;
  beforeAll(async () => {
    cli = await Cli.create();
    runner = new GitlabRunner(cli);
  });
  afterAll(() => cli?.[Symbol.asyncDispose]());

  const dead = ["url=tcp://127.0.0.1:1", "engine-label=runner=true", "engine-registry-mirror=https://mirror.example"];

  it("makes its first machines all at once in an empty store", { timeout: 120_000 }, async () => {
    const names = Array.from({ length: FIRST_CREATES }, () => runner.newName());
    const results = await Promise.all(names.map((name) => runner.create("none", name, dead)));
    for (const result of results) expect(result, result.stderr).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await runner.list()).sort()).toEqual([...names].sort());
    const authority = await readFile(join(cli.storagePath, "certs", "ca.pem"), "utf8");
    for (const name of names) {
      expect(await runner.exists(name)).toBe(true);
      const { ca } = await runner.certificates(name);
      expect(ca.toString()).toBe(authority);
    }
  });

  it("reads which driver a machine has, and its driver's fields, from config.json", async () => {
    const name = runner.newName();
    await runner.create("none", name, dead);
    expect(await runner.savedMachine(name)).toMatchObject({ DriverName: "none", Driver: { URL: "tcp://127.0.0.1:1", MachineName: name } });
  });

  it("asks for address and status in one line each", async () => {
    const name = runner.newName();
    await runner.create("none", name, dead);
    expect(await runner.run("ip", name)).toMatchObject({ exitCode: 0, stdout: "127.0.0.1\n" });
    expect(await runner.run("status", name)).toMatchObject({ exitCode: 0, stdout: "Running\n" });
    expect(await runner.run("url", name)).toMatchObject({ exitCode: 0, stdout: "tcp://127.0.0.1:1\n" });
  });

  it("learns by exit codes that a machine is not there, can't be reached, stopped or provisioned", async () => {
    const name = runner.newName();
    expect(await runner.exists(name)).toBe(false);
    expect(await runner.run("inspect", name)).toMatchObject({ exitCode: 1, stdout: "" });
    await runner.create("none", name, dead);
    expect(await runner.canConnect(name)).toBe(false);
    for (const command of ["stop", "provision"]) {
      const result = await runner.run(command, name);
      expect(result, result.stdout).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^\S/) });
    }
  });

  it("removes machines, also those that are already gone, by force", async () => {
    const name = runner.newName();
    await runner.create("none", name, dead);
    expect(await runner.run("rm", "-y", name)).toMatchObject({ exitCode: 0 });
    expect(await runner.list()).not.toContain(name);
    expect(await runner.run("rm", "-y", name)).toMatchObject({ exitCode: 1 });
    expect(await runner.run("rm", "-f", name)).toMatchObject({ exitCode: 0 });
  });

  it("finds the machine of a failed create, and removes it", async () => {
    const name = runner.newName();
    const key = join(cli.directory, "key");
    await generateKey("ed25519", key);
    const failed = await runner.create("generic", name, ["generic-ip-address=127.0.0.1", "generic-ssh-port=1", `generic-ssh-key=${key}`], {
      MACHINE_WAIT_TIMEOUT: "1",
    });
    expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(name) });
    expect(await runner.savedMachine(name)).toMatchObject({ DriverName: "generic", Name: name });
    expect(await runner.list()).toContain(name);
    expect(await runner.run("rm", "-y", name)).toMatchObject({ exitCode: 0 });
    expect(await runner.list()).not.toContain(name);
  });

  it("creates, asks and removes at the same time", { timeout: 120_000 }, async () => {
    const before = (await runner.list()).sort();
    const life = async () => {
      const name = runner.newName();
      expect((await runner.create("none", name, dead)).exitCode).toBe(0);
      expect(await runner.exists(name)).toBe(true);
      expect((await runner.run("url", name)).stdout).toBe("tcp://127.0.0.1:1\n");
      expect((await runner.run("rm", "-y", name)).exitCode).toBe(0);
      expect(await runner.exists(name)).toBe(false);
    };
    await Promise.all(Array.from({ length: 8 }, life));
    expect((await runner.list()).sort()).toEqual(before);
  });
});

describe.skipIf(hostsImpossible !== undefined)(
  `GitLab Runner, with real hosts${hostsImpossible === undefined ? "" : ` (skipped: ${hostsImpossible})`}`,
  () => {
    let cli: Cli;
    let runner: GitlabRunner;
    let stateDirectory: string;
    const names: string[] = [];
    beforeAll(async () => {
      cli = await Cli.create();
      runner = new GitlabRunner(cli);
      stateDirectory = join(cli.directory, "nspawn");
      cli.env.NSPAWN_IMAGE = await hostImage();
      cli.env.NSPAWN_SUBNET = `${SUBNET_PREFIX}0/24`;
      cli.env.NSPAWN_STATE_DIRECTORY = stateDirectory;
    });
    afterAll(async () => {
      for (const name of await runner.list()) await cli.run(["rm", "-f", name]);
      await cli[Symbol.asyncDispose]();
    });

    it("makes its first machines at once, and each answers over TLS as itself", async () => {
      names.push(runner.newName(), runner.newName());
      const results = await Promise.all(names.map((name) => runner.create(exampleDriver, name, ["engine-label=runner=true"])));
      for (const result of results) expect(result, result.stderr).toMatchObject({ exitCode: 0 });
      for (const name of names) {
        expect(await runner.exists(name)).toBe(true);
        expect(await runner.canConnect(name)).toBe(true);
        expect(await runner.engineInfo(name)).toMatchObject({ Name: name, Labels: expect.arrayContaining(["runner=true"]) });
      }
      expect((await runner.list()).sort()).toEqual([...names].sort());
    });

    it("takes a host that is there with the driver generic with few logins, provisions it again without a key in its log, and lets go of it", async () => {
      const [host = ""] = names;
      const ip = (await runner.run("ip", host)).stdout.trim();
      const generic = runner.newName();
      const logins = async () => Number((await runner.run("ssh", host, "journalctl -t sshd | grep -c 'Accepted publickey'")).stdout);
      const loginsBefore = await logins();
      const created = await runner.create("generic", generic, [
        `generic-ip-address=${ip}`,
        `generic-ssh-key=${cli.machinePath(host, "id_ed25519")}`,
      ]);
      expect(created, created.stderr).toMatchObject({ exitCode: 0 });
      // One of them is that of the question itself; the driver looks at the port, which is none.
      expect((await logins()) - loginsBefore).toBeLessThanOrEqual(3);
      expect((await runner.run("url", generic)).stdout).toBe(`tcp://${ip}:2376\n`);
      expect(await runner.canConnect(generic)).toBe(true);
      expect(await runner.run("provision", generic)).toMatchObject({ exitCode: 0 });
      const debugged = await runner.run("-D", "regenerate-certs", "-f", generic);
      expect(debugged, debugged.stderr).toMatchObject({ exitCode: 0 });
      const key = (await readFile(cli.machinePath(generic, "server-key.pem"), "utf8")).split("\n")[1] ?? "";
      expect(key).toMatch(/^[\w+/]{64}$/);
      for (const secret of [key, "PRIVATE KEY"]) expect(`${debugged.stdout}${debugged.stderr}`).not.toContain(secret);
      expect(await runner.engineInfo(generic)).toMatchObject({ Name: generic });
      expect(await runner.run("rm", "-y", generic)).toMatchObject({ exitCode: 0 });
      expect(await runner.exists(generic)).toBe(false);
    });

    it("stops a machine, which then can't be connected to, and removes both", async () => {
      const [stopped = "", running = ""] = names;
      expect(await runner.run("stop", stopped)).toMatchObject({ exitCode: 0 });
      expect(await runner.canConnect(stopped)).toBe(false);
      const removed = await Promise.all([runner.run("rm", "-y", stopped), runner.run("rm", "-f", running)]);
      expect(removed.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      expect(await runner.list()).toEqual([]);
      for (const name of names) {
        expect(await residueOf(cli.machinePath(name), stateDirectory, SUBNET_PREFIX)).toEqual([]);
        await expect(stat(cli.machinePath(name))).rejects.toThrow("ENOENT");
      }
    });
  },
);
