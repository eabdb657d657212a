import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { Cli } from "../support/cli.js";
import { driverPackage } from "../support/driver-package.js";
import { differences } from "../support/json-page.js";
import { PackageRegistry } from "../support/package-registry.js";
import { runInTerminal } from "../support/terminal.js";

const SOURCE = "npm:@my-scope/acme";

let cli: Cli;
let registry: PackageRegistry;
let env: Record<string, string>;
beforeEach(async () => {
  cli = await Cli.create();
  registry = await PackageRegistry.start();
  onTestFinished(() => registry.stop());
  registry.publish(driverPackage({ name: "@my-scope/acme", manifest: { scripts: { postinstall: "echo made > made.txt" } } }));
  env = { npm_config_registry: registry.url, npm_config_cache: join(cli.directory, "npm-cache") };
});
afterEach(() => cli[Symbol.asyncDispose]());

const policyFile = () => join(cli.directory, "config", "docker-machine", "policy.json");

async function writePolicy(rules: object | string): Promise<void> {
  await mkdir(join(policyFile(), ".."), { recursive: true });
  await writeFile(policyFile(), typeof rules === "string" ? rules : JSON.stringify(rules));
}

const tarballs = () => registry.requests.filter(({ path }) => path.endsWith(".tgz")).length;
const words = (screen: readonly string[]) => screen.join(" ").replaceAll(/\s+/g, " ");

describe("driver policy", () => {
  it("shows each rule with its file, or where one would be", async () => {
    expect(await cli.run(["driver", "policy"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`/etc/docker-machine/policy.json and ${policyFile()}`),
    });
    await writePolicy({ allow: ["npm:@my-scope/*"], require: { minimumReleaseAge: "7d" }, prompts: false });
    const { stdout, exitCode } = await cli.run(["driver", "policy"]);
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, " | "))).toEqual([
      "RULE | VALUE | SET BY | FILE",
      `allow | npm:@my-scope/* | user | ${policyFile()}`,
      `require.minimumReleaseAge | 7d | user | ${policyFile()}`,
      `prompts | false | user | ${policyFile()}`,
      "",
    ]);
  });

  it("tells whether a source would be allowed, by which rule, and with the exit code", async () => {
    await writePolicy({ allow: ["npm:@my-scope/*"], deny: ["npm:@my-scope/bad"] });
    expect(await cli.run(["driver", "policy", SOURCE], { env })).toMatchObject({
      exitCode: 0,
      stdout: `${SOURCE} is allowed:\n  "allow" in ${policyFile()}: "npm:@my-scope/*".\n`,
    });
    expect(await cli.run(["driver", "policy", "npm:@my-scope/bad"], { env })).toMatchObject({
      exitCode: 1,
      stdout: `npm:@my-scope/bad is forbidden:\n  "deny" in ${policyFile()}: "npm:@my-scope/bad" is denied.\n`,
    });
    expect(await cli.run(["driver", "policy", "none"], { env })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("part of docker-machine"),
    });
    expect(registry.requests).toEqual([]);
    const { stdout, exitCode } = await cli.run(["driver", "policy", "my-org/my-repo", "--json"], { env });
    expect([exitCode, differences("driver policy", JSON.parse(stdout))]).toEqual([1, []]);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: { source: "github.com/my-org/my-repo", isAllowed: false, refusals: [{ rule: "allow", scope: "user" }] },
    });
  });

  it("looks the version up where a rule is about it", async () => {
    await writePolicy({ require: { signature: true } });
    const { stdout, exitCode } = await cli.run(["driver", "policy", SOURCE], { env });
    expect([exitCode, stdout]).toEqual([
      1,
      `${SOURCE} (version 1.0.0) is forbidden:\n  "require.signature" in ${policyFile()}: version 1.0.0 has no signature of a registry.\n`,
    ]);
    expect(tarballs()).toBe(0);
  });

  it("a damaged policy is an error, and create uses only what is shipped", async () => {
    await writePolicy('{\n  "alow": []\n}');
    expect(await cli.run(["driver", "policy"])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/policy\.json, is not valid.*"alow" is not a rule\. Was "allow" meant\? \(line 2, column 3\)/s),
    });
    expect(await cli.run(["create", "-d", SOURCE, "dev"], { env })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("policy.json"),
    });
    expect(await cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "dev"])).toMatchObject({ exitCode: 0 });
    expect(registry.requests).toEqual([]);
  });
});

describe("on a terminal", () => {
  const install = ["driver", "install", SOURCE];

  it("the first source of an owner is shown and asked about; n leaves everything as it was", async () => {
    const { exitCode, screen } = await runInTerminal(cli, install, { env, type: { at: /install it\? \(y\/n\): /, text: "n\n" } });
    expect([exitCode, tarballs()]).toEqual([1, 0]);
    expect(words(screen)).toMatch(
      /This is the first driver of npm:@my-scope here:.* Driver acme 1\.0\.0 .* Signature none Provenance none Install scripts will not run/,
    );
    expect(words(screen)).toMatch(/was not installed: you did not agree to it/);
    expect((await cli.run(["driver", "list", "--json"])).stdout).not.toContain("acme");
  });

  it("y installs it, and the owner is not asked about again", async () => {
    const first = await runInTerminal(cli, install, { env, type: { at: /install it\? \(y\/n\): /, text: "y\n" } });
    expect(first.exitCode).toBe(0);
    await cli.run(["driver", "uninstall", "acme"]);
    const second = await runInTerminal(cli, install, { env });
    expect(second.exitCode).toBe(0);
    expect(second.output).not.toContain("(y/n)");
  });

  it("--yes answers it beforehand; Ctrl-C means no", async () => {
    expect(await runInTerminal(cli, install, { env, interruptAt: /\(y\/n\): / })).toMatchObject({ exitCode: 130 });
    expect(tarballs()).toBe(0);
    const { exitCode, output } = await runInTerminal(cli, [...install, "--yes"], { env });
    expect([exitCode, output.includes("(y/n)")]).toEqual([0, false]);
  });

  it("install scripts are shown and asked about, and what they made is there", async () => {
    const { exitCode, screen } = await runInTerminal(cli, [...install, "--yes", "--allow-scripts"], { env });
    expect(exitCode).toBe(0);
    expect(words(screen)).toContain("@my-scope/acme@1.0.0: postinstall: echo made > made.txt");
    const { folder } = JSON.parse(await readFile(join(cli.driversDirectory, "receipts.json"), "utf8")).drivers[0];
    expect(await readFile(join(cli.driversDirectory, folder, "package", "made.txt"), "utf8")).toBe("made\n");
    await cli.run(["driver", "uninstall", "acme"]);
    await rm(join(cli.driversDirectory, "agreed-owners.json"), { force: true });
    await writePolicy({ allow: [SOURCE] });
    const asked = await runInTerminal(cli, [...install, "--allow-scripts"], { env, type: { at: /Run them\? \(y\/n\): /, text: "n\n" } });
    expect([asked.exitCode, words(asked.screen)]).toEqual([1, expect.stringContaining("None was run.")]);
  });

  it("where a policy forbids questions, nobody is asked", async () => {
    await writePolicy({ prompts: false });
    const { exitCode, screen } = await runInTerminal(cli, install, { env });
    expect([exitCode, words(screen)]).toEqual([1, expect.stringContaining('the rule "prompts"')]);
  });
});

it("without a terminal, create from a source that was spelled out goes on working", async () => {
  const { exitCode, stdout } = await cli.run(["create", "-d", SOURCE, "dev"], { env });
  expect(stdout).toContain('Installed the driver "acme" 1.0.0');
  expect(exitCode).not.toBe(3);
});
