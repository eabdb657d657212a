import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cli } from "../support/cli.js";
import { exampleDriver } from "../support/nspawn-host.js";
import { runInTerminal } from "../support/terminal.js";

const run = promisify(execFile);
const HIDE_CURSOR = "␛[?25l";
const SHOW_CURSOR = "␛[?25h";
const PLAIN = "Running pre-create checks...\r\nCreating machine...\r\n";

let cli: Cli;
beforeEach(async () => {
  cli = await Cli.create();
  await cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "first"]);
});
afterEach(() => cli[Symbol.asyncDispose]());

const createNone = (...names: string[]) => ["create", "-d", "none", "--url", "tcp://127.0.0.1:1", ...names];

/** Machines on hosts that never answer. */
async function createDeaf(...names: string[]): Promise<string[]> {
  const key = join(cli.directory, "key");
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  return [
    ...["create", "-d", "generic", "--generic-ip-address", "127.0.0.1", "--generic-ssh-port", "1", "--generic-ssh-key", key],
    ...names,
  ];
}

const lastCursor = (output: string) => output.lastIndexOf(SHOW_CURSOR) > output.lastIndexOf(HIDE_CURSOR);

describe("on a terminal", () => {
  it("one machine shows its steps with the time they took", async () => {
    const { exitCode, screen, output } = await runInTerminal(cli, createNone("dev"));
    expect(exitCode).toBe(0);
    expect(screen).toEqual([
      expect.stringMatching(/^ {2}Running pre-create checks {2}\d+\.\ds$/),
      expect.stringMatching(/^ {2}Creating machine {2}\d+\.\ds$/),
      expect.stringMatching(/^✓ dev {2}\d+\.\ds$/),
      expect.stringMatching(/^To see how to connect .* docker-machine env dev$/),
    ]);
    expect(output).toContain("␛[32m✓");
    expect(lastCursor(output)).toBe(true);
  });

  it("several machines have a line each, and what fails is said with its name", async () => {
    const { exitCode, screen, output } = await runInTerminal(cli, createNone("a", "first", "b"));
    expect(exitCode).toBe(1);
    expect(
      screen
        .filter((line) => /^[✓✗]/.test(line))
        .map((line) => line.replace(/ {2}[\d.]+s$/, ""))
        .sort(),
    ).toEqual(["✓ a", "✓ b", "✗ first"]);
    expect(output).toContain('␛[31mError:␛[39m Docker machine "first" already exists');
    expect(await readdir(cli.machinePath("."))).toEqual(["a", "b", "first"]);
  });

  it("Ctrl-C stops all of several, keeps what rm needs and says so, and shows the cursor again", async () => {
    const { exitCode, screen, output } = await runInTerminal(cli, await createDeaf("g", "h"), { interruptAt: /h {2}Waiting.*Waiting/s });
    expect(exitCode).toBe(130);
    expect(screen).toEqual(expect.arrayContaining([expect.stringContaining("Stopping (SIGINT)... Once more ends it at once.")]));
    expect(
      screen
        .filter((line) => line.startsWith("✗"))
        .map((line) => line.slice(0, 3))
        .sort(),
    ).toEqual(["✗ g", "✗ h"]);
    expect(output).toContain("docker-machine rm -y g");
    expect(output).toContain("docker-machine rm -y h");
    expect(lastCursor(output)).toBe(true);
    expect(await cli.run(["rm", "-y", "g", "h"])).toMatchObject({ exitCode: 0 });
  });

  it("the installation of a driver shows its steps", async () => {
    const { exitCode, screen, output } = await runInTerminal(cli, ["driver", "install", exampleDriver]);
    expect(exitCode).toBe(0);
    expect(screen).toContainEqual(expect.stringMatching(/^ {2}Looking for its newest version {2}\d+\.\ds$/));
    expect(screen.at(-1)).toMatch(/^✓ .*docker-machine-driver-nspawn {2}\d+\.\ds$/);
    expect(lastCursor(output)).toBe(true);
  });

  it("errors begin in red, and ls shows states in colours, unless NO_COLOR is set", async () => {
    expect((await runInTerminal(cli, ["status", "nope"])).output).toMatch(/^␛\[31mError:␛\[39m Docker machine "nope"/);
    expect((await runInTerminal(cli, ["status", "nope"], { env: { NO_COLOR: "1" } })).output).toMatch(/^Docker machine "nope"/);
    expect((await runInTerminal(cli, ["ls"])).output).toContain("␛[32mRunning   ␛[39m");
    expect((await runInTerminal(cli, ["ls"], { env: { NO_COLOR: "1" } })).output).toContain("none     Running   tcp:");
    expect((await runInTerminal(cli, createNone("dev"), { env: { NO_COLOR: "1" } })).output).not.toContain("␛[32m");
  });

  it.each([
    ["CI is set", { CI: "true" }, []],
    ["the terminal is dumb", { TERM: "dumb" }, []],
    ["debug lines are shown", {}, ["-D"]],
  ] as const)("lines are plain if %s", async (_why, env, flags) => {
    const { exitCode, output } = await runInTerminal(cli, [...flags, ...createNone("dev")], { env });
    expect(exitCode).toBe(0);
    expect(output).toContain(PLAIN);
    expect(output).not.toContain(HIDE_CURSOR);
  });
});

describe("elsewhere", () => {
  it("the lines of several machines begin with their names, and stdout has no colours", async () => {
    const created = await cli.run(createNone("--parallel", "1", "a", "b"));
    expect(created).toMatchObject({ exitCode: 0, stderr: "" });
    const hint = "To see how to connect your Docker Client to the Docker Engine running on this virtual machine, run: docker-machine env";
    expect(created.stdout.split("\n")).toEqual([
      ...["a", "b"].flatMap((name) => [`(${name}) Running pre-create checks...`, `(${name}) Creating machine...`]),
      ...["a", "b"].map((name) => `${hint} ${name}`),
      "",
    ]);
  });

  it("names are checked before anything is made", async () => {
    const wrong = [
      ["a", "b", "a"],
      ["a", "foo_bar"],
      ["--parallel", "0", "a", "b"],
      ["--parallel", "x", "a"],
    ];
    for (const words of wrong) expect(await cli.run(createNone(...words))).toMatchObject({ exitCode: 1, stdout: "" });
    expect(await readdir(cli.machinePath("."))).toEqual(["first"]);
  });

  it("each is tried whatever becomes of the others, and a failed check of all is its exit code", async () => {
    const mixed = await cli.run(createNone("a", "first", "b"));
    expect(mixed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('"first" already exists') });
    expect(mixed.stdout).toMatch(/env a\n.*env b\n$/);
    const unchecked = ["create", "-d", "generic", "--generic-ip-address", "127.0.0.1", "--generic-ssh-key", "/nope", "x", "y"];
    expect(await cli.run(unchecked)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/^x: Error with pre-create check.*\ny: Error/),
    });
  });

  it("an interrupted create of several ends with 130", async () => {
    const child = cli.start(await createDeaf("g", "h"));
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += String(chunk);
    });
    for await (const chunk of child.stdout) if (String(chunk).includes("(h) Waiting")) child.kill("SIGINT");
    const exitCode = child.exitCode ?? (await new Promise((resolve) => child.on("exit", resolve)));
    expect(exitCode).toBe(130);
    expect(stderr).toContain("docker-machine rm -y g");
    expect(stderr).toContain("docker-machine rm -y h");
  });
});
