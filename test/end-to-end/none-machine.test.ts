import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cli } from "../support/cli.js";

let cli: Cli;
beforeEach(async () => {
  cli = await Cli.create();
});
afterEach(() => cli[Symbol.asyncDispose]());

const createDead = (name = "dead") => cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", name]);

describe("a machine of the driver none", () => {
  it("is created with the Go program's lines, files and modes", async () => {
    const created = await createDead();
    expect(created).toEqual({
      exitCode: 0,
      stderr: "",
      stdout: [
        `Creating CA: ${cli.storagePath}/certs/ca.pem`,
        `Creating client certificate: ${cli.storagePath}/certs/cert.pem`,
        "Running pre-create checks...",
        "Creating machine...",
        "To see how to connect your Docker Client to the Docker Engine running on this virtual machine, run: docker-machine env dead",
        "",
      ].join("\n"),
    });
    expect((await readdir(cli.machinePath("dead"))).sort()).toEqual(["ca.pem", "cert.pem", "config.json", "key.pem"]);
    expect((await stat(cli.machinePath("dead", "key.pem"))).mode & 0o777).toBe(0o600);
    expect((await stat(cli.machinePath("dead", "config.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(cli.storagePath)).mode & 0o777).toBe(0o700);
  });

  it("answers status, url, ip, inspect, ls and rm", async () => {
    await createDead();
    expect(await cli.run(["status", "dead"])).toEqual({ exitCode: 0, stdout: "Running\n", stderr: "" });
    expect(await cli.run(["url", "dead"])).toEqual({ exitCode: 0, stdout: "tcp://127.0.0.1:1\n", stderr: "" });
    expect(await cli.run(["ip", "dead"])).toEqual({ exitCode: 0, stdout: "127.0.0.1\n", stderr: "" });
    expect(await cli.run(["ls", "-q"])).toEqual({ exitCode: 0, stdout: "dead\n", stderr: "" });
    const listed = await cli.run(["ls"], { env: { DOCKER_HOST: "tcp://127.0.0.1:1" } });
    expect(listed.stdout).toMatch(
      /^NAME {3}ACTIVE {3}DRIVER {3}STATE {5}URL {17}SWARM {3}DOCKER {4}ERRORS\ndead {3}\* {8}none {5}Running {3}tcp:\/\/127/,
    );
    expect(await cli.run(["active"], { env: { DOCKER_HOST: "tcp://127.0.0.1:1" } })).toMatchObject({ exitCode: 0, stdout: "dead\n" });
    const removed = await cli.run(["rm", "-y", "dead"]);
    expect(removed.stdout).toBe(
      "About to remove dead\nWARNING: This action will delete both local reference and remote instance.\nSuccessfully removed dead\n",
    );
    expect(await readdir(join(cli.storagePath, "machines"))).toEqual([]);
    expect(await readdir(join(cli.storagePath, ".locks"))).toEqual([]);
  });

  it("is inspected as the Go program saves it", async () => {
    await createDead();
    const recorded = await readFile(new URL("../fixtures/go-store/none-live.config.json", import.meta.url), "utf8");
    const expected = recorded.replaceAll("$STORE", cli.storagePath).replaceAll(":23760", ":1").replaceAll("live", "dead");
    expect((await cli.run(["inspect", "dead"])).stdout).toBe(`${expected}\n`);
  });

  it("takes flags before and after the name, switches with values, and global flags before the command", async () => {
    const store = join(cli.directory, "elsewhere");
    const created = await cli.run([
      "--bugsnag-api-token=no-report",
      "-s",
      store,
      "create",
      "one",
      "--driver=none",
      "--url=tcp://127.0.0.1:1",
      "--engine-label",
      "a=b",
      "--swarm=false",
    ]);
    expect(created.exitCode).toBe(0);
    expect(await cli.run(["--storage-path", store, "ls", "-q"])).toMatchObject({ stdout: "one\n" });
    const config = JSON.parse(await readFile(join(store, "machines", "one", "config.json"), "utf8"));
    expect(config.HostOptions.EngineOptions.Labels).toEqual(["a=b"]);
    expect(config.HostOptions.SwarmOptions.IsSwarm).toBe(false);
  });

  it.each([
    ["n\n", false],
    ["", false],
    ["maybe\n", false],
    ["y\n", true],
  ])("asks before it is removed: %j", async (input, isRemoved) => {
    await createDead();
    const result = await cli.run(["rm", "dead"], { input });
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain("Are you sure? (y/n): ");
    expect((await cli.run(["ls", "-q"])).stdout).toBe(isRemoved ? "" : "dead\n");
  });

  it("can't be stopped, started or logged in to, and says so", async () => {
    await createDead();
    expect(await cli.run(["stop", "dead"])).toMatchObject({
      exitCode: 1,
      stdout: 'Stopping "dead"...\n',
      stderr: expect.stringContaining("can't stop"),
    });
    expect(await cli.run(["start", "dead"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("already running") });
    expect(await cli.run(["ssh", "dead", "id"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("no SSH login") });
    expect(await cli.run(["config", "dead"])).toMatchObject({ exitCode: 1, stdout: "", stderr: expect.stringContaining("ECONNREFUSED") });
    expect(await cli.run(["env", "dead"])).toMatchObject({ exitCode: 1, stdout: "" });
  });
});

describe("bad input", () => {
  it.each([
    [["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "foo_bar"], "foo_bar"],
    [["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "--", "-foo"], "-foo"],
    [["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "a/b"], "a/b"],
    [["create", "-d", "none", "--url", "tcp://127.0.0.1:1", ".."], '".."'],
    [["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "a", "b", "a"], '"a" is named twice'],
    [["create", "-d", "none", "foo"], "--url"],
    [["create", "-d", "none", "--url", "tcp://%zz", "foo"], "%zz"],
    [["create", "-d", "none"], "machine name"],
    [["create", "foo"], "-d"],
    [["create", "-d", "generic", "--generic-ssh-port", "abc", "--generic-ip-address", "127.0.0.1", "foo"], '"abc"'],
    [["create", "-d", "none", "--bogus", "x", "foo"], "--bogus"],
    [["create", "-d", "not a source", "foo"], "not a source"],
    [["create", "-d", "bogus", "foo"], "docker-machine driver install npm:docker-machine-driver-bogus"],
    [["nosuch"], "nosuch"],
    [["ls", "--filter", "x"], "key=value"],
    [["ls", "--filter", "name=("], "regular expression"],
    [["ls", "-t", "soon"], "soon"],
    [["status", "a", "b"], "one machine name"],
    [["status", "nope"], '"nope" does not exist'],
    [["rm", "-f", "../victim"], "victim"],
    [["env", "nope"], '"nope" does not exist'],
    [["driver", "info", "nope"], "nope"],
    [["driver", "uninstall", "generic"], "part of docker-machine"],
  ])("%j is refused with a clear word, and nothing is made", async (args, word) => {
    const victim = join(cli.storagePath, "victim");
    await mkdir(victim, { recursive: true });
    await cli.hideHypervisors();
    const result = await cli.run(args);
    expect(result.stderr).toContain(word);
    expect(result.stderr).not.toMatch(/\n\s+at |This is not an error we foresaw/);
    if (args[0] !== "rm") expect(result.exitCode).toBe(args.join(" ") === "create foo" ? 3 : 1);
    expect((await cli.run(["ls", "-q"])).stdout).toBe("");
    expect(await readdir(cli.storagePath)).toContain("victim");
  });

  it("a failed pre-create check exits with 3 and leaves no machine", async () => {
    const result = await cli.run(["create", "-d", "generic", "--generic-ip-address", "127.0.0.1", "--generic-ssh-key", "/nope", "foo"]);
    expect(result.exitCode).toBe(3);
    expect(result.stdout).toMatch(/Running pre-create checks...\n$/);
    expect(result.stderr).toContain("/nope");
    expect(await readdir(join(cli.storagePath, "machines"))).toEqual([]);
  });

  it("shows code and stack with --debug", async () => {
    const result = await cli.run(["status", "nope", "--debug"]);
    expect(result.stderr).toMatch(/\[MACHINE_UNKNOWN\] MachineError: .*\n\s+at /s);
  });

  it("a name that exists is refused and the machine stays as it is", async () => {
    await createDead();
    const before = await readFile(cli.machinePath("dead", "config.json"), "utf8");
    expect(await createDead()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('"dead" already exists') });
    expect(await readFile(cli.machinePath("dead", "config.json"), "utf8")).toBe(before);
  });

  it("a damaged machine is listed with its error, left alone by others, and removable by force", async () => {
    await createDead();
    await writeFile(cli.machinePath("dead", "config.json"), '{"ConfigVersion": 3,');
    const listed = await cli.run(["ls"]);
    expect(listed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/dead .*not found.*Error.*can't be read/) });
    expect(await cli.run(["ls", "-q"])).toMatchObject({ stdout: "" });
    expect(await cli.run(["rm", "-y", "dead"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("rm --force dead") });
    expect(await cli.run(["rm", "-f", "dead"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("Successfully removed dead"),
    });
    expect(await readdir(join(cli.storagePath, "machines"))).toEqual([]);
  });
});

describe("a machine whose driver is gone", () => {
  beforeEach(async () => {
    await createDead("orphan");
    const path = cli.machinePath("orphan", "config.json");
    const config = JSON.parse(await readFile(path, "utf8"));
    config.DriverName = "gone";
    config.DockerMachine.DriverSource = "github.com/some-org/gone";
    await writeFile(path, JSON.stringify(config, null, 4));
  });

  it("is still listed, and other commands offer the command that installs the driver", async () => {
    expect((await cli.run(["ls"])).stdout).toMatch(/orphan .*not-found .*Error .*"gone" is not installed/);
    const status = await cli.run(["status", "orphan"]);
    expect(status).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("docker-machine driver install github.com/some-org/gone"),
    });
  });

  it("is removed by force only", async () => {
    expect(await cli.run(["rm", "-y", "orphan"])).toMatchObject({ exitCode: 1 });
    expect(await cli.run(["rm", "-f", "orphan"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("Successfully removed orphan"),
    });
  });
});

it("twenty first creates at once on an empty store all end with certificates that verify", { timeout: 120_000 }, async () => {
  const names = Array.from({ length: 20 }, (_, index) => `m${index}`);
  const results = await Promise.all(names.map((name) => createDead(name)));
  expect(results.map((result) => result.exitCode)).toEqual(Array(20).fill(0));
  const authority = await readFile(join(cli.storagePath, "certs", "ca.pem"), "utf8");
  for (const name of names) expect(await readFile(cli.machinePath(name, "ca.pem"), "utf8")).toBe(authority);
  expect((await cli.run(["ls", "-q"])).stdout.trim().split("\n").sort()).toEqual([...names].sort());
});

it("four creates of one name at once make it once", async () => {
  const results = await Promise.all(Array.from({ length: 4 }, () => createDead("same")));
  expect(results.map((result) => result.exitCode).sort()).toEqual([0, 1, 1, 1]);
});
