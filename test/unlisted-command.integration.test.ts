import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli } from "./support/cli.js";

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.create();
  await cli.run(["create", "-d", "none", "--url", "tcp://127.0.0.1:1", "dev"]);
});
afterAll(() => cli?.[Symbol.asyncDispose]());

describe("who mistypes a word is told what was probably meant, with exit code 1:", () => {
  it.each([
    { typed: ["creat", "x"], meant: "docker-machine create" },
    { typed: ["-D", "lss"], meant: "docker-machine ls" },
    { typed: ["drivr", "list"], meant: "docker-machine driver" },
    { typed: ["driver", "instal", "x"], meant: "docker-machine driver install" },
    { typed: ["plugins", "instal", "x"], meant: "docker-machine plugins install" },
    { typed: ["help", "creat"], meant: "docker-machine create" },
    { typed: ["creat", "--help"], meant: "docker-machine create" },
    { typed: ["start", "dve"], meant: 'Did you mean "dev"?' },
    { typed: ["ls", "--quite"], meant: "--quiet" },
  ])("$typed", async ({ typed, meant }) => {
    expect(await cli.run(typed)).toMatchObject({ exitCode: 1, stdout: "", stderr: expect.stringContaining(meant) });
  });

  it("nothing, if nothing is near", async () => {
    const result = await cli.run(["kubernetes"]);
    expect(result).toMatchObject({ exitCode: 1, stdout: "", stderr: expect.stringContaining('"kubernetes" is not a command') });
    expect(result.stderr).not.toContain("Did you mean");
  });
});

describe("help of topics and plugins", () => {
  it.each([[["driver"]], [["driver", "--help"]], [["driver", "-h"]], [["help", "driver"]]])("%j lists the commands", async (typed) => {
    expect(await cli.run(typed)).toMatchObject({
      exitCode: 0,
      stderr: "",
      stdout: expect.stringMatching(/^ {2}driver install {2,}Install/m),
    });
  });

  it("plugins --help and help plugins are the same, and name its commands", async () => {
    const shown = await cli.run(["plugins", "--help"]);
    expect(shown).toMatchObject({ exitCode: 0, stderr: "", stdout: expect.stringContaining("plugins uninstall") });
    expect(await cli.run(["help", "plugins"])).toEqual(shown);
  });

  it("plugins install --help shows its flags", async () => {
    const shown = await cli.run(["plugins", "install", "--help"]);
    expect(shown).toMatchObject({ exitCode: 0, stderr: "", stdout: expect.stringContaining("--verbose") });
    expect(shown.stdout).not.toContain("<%");
  });

  it("nothing typed is help, with exit code 0", async () => {
    const shown = await cli.run([]);
    expect(shown).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await cli.run(["--help"])).toEqual(shown);
    expect(await cli.run(["help"])).toEqual(shown);
  });

  it("a long answer of a plugin's command arrives whole in a pipe", async () => {
    const { stdout } = await cli.run(["plugins", "--core", "--json"]);
    expect(() => JSON.parse(stdout)).not.toThrow();
  });
});
