import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli } from "../support/cli.js";

/** A wrong command line: what stderr says was wrong and what is accepted, and what the Go program's exit code and stdout are. */
interface WrongLine {
  readonly args: readonly string[];
  readonly says: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: 1. */
  readonly exitCode?: number;
  /** Default: empty. */
  readonly stdout?: string;
}

const ABOUT_TO_REMOVE = "WARNING: This action will delete both local reference and remote instance.\n";
const EMPTY_LIST = "NAME   ACTIVE   DRIVER   STATE   URL   SWARM   DOCKER   ERRORS\n";
const UNKNOWN = (name: string) => [`Docker machine "${name}" does not exist`, "docker-machine ls", "docker-machine create"];
const ONE_NAME = ["Expected one machine name"];
const NO_NAME = ["No machine name(s) specified"];
const none = ["create", "-d", "none", "--url", "tcp://127.0.0.1:1"];

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.create();
  await cli.hideHypervisors();
  for (const name of ["good", "other"]) {
    const made = await cli.run([...none, name]);
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  }
});
afterAll(() => cli?.[Symbol.asyncDispose]());

async function expectRefused({ args, env = {}, exitCode = 1, stdout = "", says }: WrongLine) {
  const result = await cli.run(args, { env });
  expect(result, result.stderr).toMatchObject({ exitCode, stdout });
  for (const part of says) expect(result.stderr).toContain(part);
  expect(result.stderr).not.toMatch(/\n\s+at |not an error we foresaw|undefined|\[object/);
  expect((await readdir(join(cli.storagePath, "machines"))).sort()).toEqual(["good", "other"]);
}

describe("an unknown machine's name, for each command that takes one", () => {
  it.each([
    "config",
    "env",
    "inspect",
    "ip",
    "kill",
    "provision",
    "restart",
    "ssh",
    "start",
    "status",
    "stop",
    "upgrade",
    "url",
    "version",
  ])("%s nope", async (command) => {
    await expectRefused({ args: [command, "nope"], says: UNKNOWN("nope") });
  });

  it.each<WrongLine>([
    { args: ["regenerate-certs", "-f", "nope"], stdout: "Regenerating TLS certificates\n", says: UNKNOWN("nope") },
    { args: ["rm", "-y", "nope"], stdout: `About to remove nope\n${ABOUT_TO_REMOVE}`, says: UNKNOWN("nope") },
    { args: ["scp", "nope:/a", "/nowhere"], says: ['"nope" does not exist'] },
    { args: ["scp", "/nowhere", "nope:/a"], says: ['"nope" does not exist'] },
    { args: ["mount", "nope:/a", "/tmp"], says: ['"nope" does not exist'] },
    { args: ["status", ".."], says: UNKNOWN("..") },
    { args: ["status", "../machines/good"], says: ['"../machines/good" does not exist'] },
    { args: ["status", ""], says: ['"" does not exist'] },
    { args: ["rm", "-f", "../machines"], exitCode: 0, stdout: `About to remove ../machines\n${ABOUT_TO_REMOVE}`, says: ["../machines"] },
  ])("$args", expectRefused);
});

describe("no name, or too many", () => {
  it.each(["config", "env", "inspect", "ip", "kill", "provision", "restart", "ssh", "start", "status", "stop", "upgrade", "url"])(
    "%s without a name",
    async (command) => {
      await expectRefused({ args: [command], says: NO_NAME });
    },
  );

  it.each(["config", "env", "inspect", "status", "url", "version"])("%s with two names", async (command) => {
    await expectRefused({ args: [command, "good", "other"], says: ONE_NAME });
  });

  it.each<WrongLine>([
    { args: ["rm"], says: ["one or more machine names"] },
    { args: ["rm", "-y"], says: ["one or more machine names"] },
    { args: ["create", "-d", "none"], says: ["No machine name specified"] },
    { args: ["create"], says: ["No machine name specified"] },
    { args: ["active", "good"], says: ["Too many arguments"] },
    { args: ["env", "-u", "good"], says: ["Expected no machine name when the -u flag is present"] },
    {
      args: ["ls", "good"],
      exitCode: 0,
      stdout: expect.stringContaining("other") as unknown as string,
      says: ["takes no names", "--filter name="],
    },
  ])("$args", expectRefused);
});

describe("several names of which one is wrong: nothing is done to the others", () => {
  it.each(["ip", "kill", "provision", "restart", "start", "stop", "upgrade"])("%s good nope", async (command) => {
    await expectRefused({ args: [command, "good", "nope"], says: ['"nope" does not exist'] });
  });

  it("each wrong name is told", async () => {
    await expectRefused({ args: ["stop", "nope", "good", "nope2"], says: ['"nope" does not exist', '"nope2" does not exist'] });
  });

  it("rm removes the others, as the Go program does", async () => {
    await cli.run([...none, "third"]);
    await expectRefused({
      args: ["rm", "-y", "nope", "third"],
      stdout: `About to remove nope, third\n${ABOUT_TO_REMOVE}Successfully removed third\n`,
      says: ['Error removing host "nope"'],
    });
  });
});

describe("a machine in a state, or of a driver, that does not allow it", () => {
  it.each<WrongLine>([
    { args: ["start", "good"], stdout: 'Starting "good"...\n', says: ['"good" is already running'] },
    { args: ["stop", "good"], stdout: 'Stopping "good"...\n', says: ['The driver "none" can\'t stop the machine "good"'] },
    { args: ["kill", "good"], stdout: 'Killing "good"...\n', says: ['The driver "none" can\'t kill the machine "good"'] },
    { args: ["restart", "good"], stdout: 'Restarting "good"...\n', says: ['The driver "none" can\'t restart the machine "good"'] },
    { args: ["ssh", "good", "true"], says: ['"good" has no SSH login'] },
    { args: ["provision", "good"], says: ['"good" has no SSH login'] },
    { args: ["regenerate-certs", "-f", "good"], stdout: "Regenerating TLS certificates\n", says: ['"good" has no SSH login'] },
    { args: ["config", "good"], says: ["tcp://127.0.0.1:1", "ECONNREFUSED"] },
    { args: ["env", "good"], says: ["tcp://127.0.0.1:1", "ECONNREFUSED"] },
    { args: ["version", "good"], says: ["tcp://127.0.0.1:1", "ECONNREFUSED"] },
    { args: ["config", "--swarm", "good"], says: ['"good" is not a swarm master'] },
    { args: ["env", "--swarm", "good"], says: ['"good" is not a swarm master'] },
    { args: ["active"], says: ["No active host found"], env: { DOCKER_HOST: "tcp://127.0.0.1:2" } },
    { args: [...none, "good"], says: ['"good" already exists'] },
  ])("$args", expectRefused);
});

describe("flags and commands that there are not", () => {
  it.each<WrongLine>([
    { args: ["nosuch"], says: ["nosuch"] },
    { args: ["stauts", "good"], says: ["stauts"] },
    { args: ["help", "nosuch"], says: ["nosuch"] },
    { args: ["--bogus"], says: ["--bogus"] },
    { args: ["--bogus", "ls"], says: ["--bogus"] },
    { args: ["ls", "--bogus"], says: ["--bogus", "docker-machine ls --help"] },
    { args: ["ls", "-bogus=x"], says: ["-bogus", "docker-machine ls --help"] },
    { args: ["ls", "-z"], says: ["-z"] },
    { args: ["ls", "--quiett"], says: ["--quiett", "Did you mean --quiet?"] },
    { args: ["ls", "--filter"], says: ["--filter needs a value"] },
    { args: ["create", "-d"], says: ["-d needs a value"] },
    { args: ["-s"], says: ["-s needs a value"] },
    { args: [...none, "--generic-ssh-port", "22", "x"], says: ["--generic-ssh-port"] },
  ])("$args", expectRefused);
});

describe("values that a flag doesn't take", () => {
  const GENERIC = ["create", "-d", "generic", "--generic-ip-address", "127.0.0.1"];
  it.each<WrongLine>([
    ...["abc", "0", "-1", "", "1s"].map((value) => ({
      args: ["ls", "-t", value],
      says: ["--timeout", JSON.stringify(value), "seconds above 0"],
    })),
    { args: ["active", "--timeout=soon"], says: ["--timeout", '"soon"', "seconds above 0"] },
    { args: ["ls", "--filter", "bogus=x"], says: ['"bogus"', "driver, swarm, state, name, label"] },
    { args: ["ls", "--filter", "x"], says: ['"x"', "key=value", "driver, swarm, state, name, label"] },
    { args: ["ls", "--filter", "=x"], says: ['"=x"', "driver, swarm, state, name, label"] },
    { args: ["ls", "--filter", "name=("], says: ["name=(", "regular expression"] },
    { args: ["ls", "--filter", "state=runing"], exitCode: 0, stdout: EMPTY_LIST, says: ['"runing"', "Running, Starting"] },
    { args: ["ls", "-q=maybe"], says: ["-q", '"maybe"', "true or false"] },
    { args: ["rm", "--force=perhaps", "good"], says: ["--force", '"perhaps"', "true or false"] },
    { args: [...none, "--swarm=maybe", "x"], says: ["--swarm", '"maybe"', "true or false"] },
    { args: [...none, "--swarm-discovery", "foo", "x"], says: ["foo", "--swarm-discovery SERVICE://ADDRESS"] },
    {
      args: ["env", "-u", "--shell", "nosuch"],
      exitCode: 0,
      stdout: expect.stringContaining("unset DOCKER_HOST") as unknown as string,
      says: ['"nosuch"', "fish"],
    },
    { args: ["create", "-d", "none", "--url", "", "x"], says: ["--url", '""', "not empty"] },
    { args: ["create", "-d", "none", "x"], says: ["--url", "required"] },
    { args: ["create", "-d", "none", "--url", "tcp://%zz", "x"], says: ["%zz"] },
    { args: ["create", "-d", "bogus", "x"], says: ['"bogus"', "docker-machine driver install"] },
    { args: ["create", "-d", "", "x"], says: ['"" is not a driver', "npm:PACKAGE"] },
    { args: ["create", "x"], exitCode: 3, says: ["-d"] },
    ...["foo_bar", "a b", ".", "..", "a/b", "-x", "", "ä"].map((name) => ({
      args: [...none, "--", name],
      says: [name === "" ? '""' : name.slice(0, 20), "0-9 a-z A-Z"],
    })),
    { args: [...none, "x".repeat(300)], says: ["xxx", "300 characters"] },
    ...["abc", "1.5", "0", "65536", "-1"].map((port) => ({
      args: [...GENERIC, "--generic-ssh-port", port, "x"],
      says: ["--generic-ssh-port", port],
    })),
    { args: ["create", "-d", "generic", "--generic-ssh-port", "abc", "x"], says: ["--generic-ssh-port", '"abc"', "whole number"] },
    { args: ["create", "-d", "generic", "x"], says: ["--generic-ip-address", "GENERIC_IP_ADDRESS"] },
  ])("$args", expectRefused);
});

describe("variables with values that can't be", () => {
  it.each<WrongLine>([
    { args: ["ls"], env: { MACHINE_NATIVE_SSH: "maybe" }, says: ["$MACHINE_NATIVE_SSH", '"maybe"', "true or false"] },
    { args: ["ls"], env: { MACHINE_WAIT_TIMEOUT: "soon" }, says: ["$MACHINE_WAIT_TIMEOUT", '"soon"', "seconds above 0"] },
    { args: ["create", "x"], env: { MACHINE_DRIVER: "bogus" }, says: ['"bogus"', "docker-machine driver install"] },
    { args: ["create", "x"], env: { MACHINE_DRIVER: "none" }, says: ["--url", "required"] },
    {
      args: ["create", "-d", "generic", "--generic-ip-address=127.0.0.1", "x"],
      env: { GENERIC_SSH_PORT: "abc" },
      says: ["$GENERIC_SSH_PORT", '"abc"', "whole number"],
    },
    {
      args: ["env", "good"],
      env: { SHELL: undefined },
      stdout: expect.stringContaining("--shell flag") as unknown as string,
      says: ["Unknown shell", "--shell bash"],
    },
  ])("$env", expectRefused);

  it("an empty one counts as unset", async () => {
    const env = { MACHINE_NATIVE_SSH: "", MACHINE_WAIT_TIMEOUT: "", MACHINE_TLS_CA_CERT: "", MACHINE_DRIVER: "", GENERIC_SSH_PORT: "" };
    expect(await cli.run(["ls", "-q"], { env })).toMatchObject({ exitCode: 0, stdout: "good\nother\n", stderr: "" });
  });

  it("a store that can't be is told with its path", async () => {
    const path = join(cli.machinePath("good"), "config.json");
    const result = await cli.run(["-s", path, ...none, "x"]);
    expect(result).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(path) });
    expect(result.stderr).not.toMatch(/\n\s+at |not an error we foresaw/);
  });
});
