import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Cli, type CliResult } from "../support/cli.js";
import { writeFiles } from "../support/driver-package.js";
import { differences } from "../support/json-page.js";
import { VerdaccioRegistry } from "../support/verdaccio.js";

const NAME = "docker-machine-plugin-journal";
const example = fileURLToPath(new URL(`../../examples/${NAME}`, import.meta.url));
const none = ["-d", "none", "--url", "tcp://127.0.0.1:1"];

let registry: VerdaccioRegistry;
let cli: Cli;

beforeAll(async () => {
  registry = await VerdaccioRegistry.start();
  await registry.publish(example);
});

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
});

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return cli.run(args, { env: { ...registry.env, ...env } });
}

async function succeed(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const result = await run(args, env);
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  return result.stdout;
}

const journal = () => readFile(join(cli.storagePath, "journal.log"), "utf8");
const machines = async () => (await succeed(["ls", "-q"])).split("\n").filter((name) => name !== "");

describe.each([
  { from: "the registry", install: () => ["install", NAME] },
  { from: "a tarball", install: () => ["install", `file:${join(cli.directory, `${NAME}-1.0.0.tgz`)}`] },
  { from: "a linked folder", install: () => ["link", join(cli.directory, "linked")] },
])("the example plugin from $from", ({ install }) => {
  beforeAll(async () => {
    cli = await Cli.create();
    await promisify(execFile)("npm", ["pack", "--ignore-scripts", "--pack-destination", cli.directory], { cwd: example });
    await cp(example, join(cli.directory, "linked"), { recursive: true });
    await linkOclif(join(cli.directory, "linked"));
    await succeed(["plugins", ...install()]);
  });
  afterAll(() => cli?.[Symbol.asyncDispose]());

  it("is listed and inspected", async () => {
    expect(await succeed(["plugins"])).toContain(`${NAME} 1.0.0`);
    const listed = JSON.parse(await succeed(["plugins", "--json"]));
    expect(listed).toMatchObject({ version: 1, plugins: [{ name: NAME, version: "1.0.0" }] });
    expect(differences("plugins", listed)).toEqual([]);
    expect(await succeed(["plugins", "inspect", NAME])).toContain("version 1.0.0");
  });

  it("has its hooks run, once for each machine that is created or removed", async () => {
    await succeed(["create", ...none, "a", "b"]);
    expect((await journal()).trim().split("\n").map(withoutTime).sort()).toEqual([
      "created a none tcp://127.0.0.1:1",
      "created b none tcp://127.0.0.1:1",
    ]);
    await succeed(["rm", "-y", "a", "b"]);
    expect((await journal()).trim().split("\n").slice(2).map(withoutTime)).toEqual([
      "removed a none tcp://127.0.0.1:1",
      "removed b none tcp://127.0.0.1:1",
    ]);
  });

  it("adds its command, to which global flags before it apply, and its help", async () => {
    expect((await succeed(["journal"])).split("\n").map(withoutTime)).toContain("created a none tcp://127.0.0.1:1");
    expect(await succeed(["journal", "--last", "1"])).toMatch(/^\S+ removed b none \S+\n$/);
    expect(await succeed(["--storage-path", join(cli.directory, "elsewhere"), "journal"])).toBe("");
    expect(await succeed(["journal", "--help"])).toContain("--last");
    expect(await succeed(["help", "journal"])).toContain("--last");
    expect(await succeed(["--help"])).toMatch(/^ {2}journal +Show which machines/m);
  });

  it("is found by who mistypes its command, and refuses flags it doesn't have", async () => {
    expect(await run(["jornal"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("docker-machine journal") });
    expect(await run(["journal", "--lats"])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--lats") });
  });

  it("forbids a machine by a failing pre-hook: nothing is created", async () => {
    const result = await run(["create", ...none, "x"], { JOURNAL_RESERVED: "x,y" });
    expect(result).toMatchObject({ exitCode: 1 });
    expect(result.stderr).toContain(NAME);
    expect(result.stderr).toContain("reserved by $JOURNAL_RESERVED");
    expect(await machines()).toEqual([]);
  });

  it("forbids the removal of a machine by a failing pre-hook, but not with --force", async () => {
    await succeed(["create", ...none, "p"]);
    const env = { JOURNAL_PROTECTED: "p" };
    const refused = await run(["rm", "-y", "p"], env);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`${NAME} forbids it: the machine p is protected`) });
    expect(await machines()).toEqual(["p"]);
    const forced = await run(["rm", "-f", "p"], env);
    expect(forced).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("is protected") });
    expect(await machines()).toEqual([]);
  });

  it("warns when a post-hook fails, and the machine is there", async () => {
    await rename(join(cli.storagePath, "journal.log"), join(cli.storagePath, "journal.old"));
    await mkdir(join(cli.storagePath, "journal.log"));
    const result = await run(["create", ...none, "w"]);
    expect(result).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`The hook machine:created of the plugin ${NAME} failed: EISDIR`),
    });
    expect(await machines()).toEqual(["w"]);
    const removed = await run(["rm", "-y", "w"]);
    expect(removed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("machine:removed") });
    expect(await machines()).toEqual([]);
    await rm(join(cli.storagePath, "journal.log"), { recursive: true });
  });

  it("is updated, and gone when it is uninstalled", async () => {
    await succeed(["plugins", "update"]);
    await succeed(["plugins", "uninstall", NAME]);
    expect(await succeed(["plugins"])).toContain("No plugins installed");
    expect(await run(["journal"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('"journal" is not a command') });
    await succeed(["create", ...none, "after"], { JOURNAL_RESERVED: "after" });
  });
});

describe("a plugin of somebody's own", () => {
  beforeAll(async () => {
    cli = await Cli.create();
  });
  afterAll(() => cli?.[Symbol.asyncDispose]());

  async function link(name: string, oclif: object, files: Readonly<Record<string, string>>): Promise<void> {
    const folder = join(cli.directory, name);
    await writeFiles(folder, { ...files, "package.json": JSON.stringify({ name, version: "1.0.0", type: "module", oclif }) });
    await linkOclif(folder);
    await succeed(["plugins", "link", folder]);
  }

  const saying = (text: string) =>
    `import { Command } from "@oclif/core";\nexport default class Say extends Command { run() { this.log("${text}"); } }\n`;

  it("can't take the place of a command of docker-machine's, but add one beside it", async () => {
    await link(
      "intruder",
      { commands: "./commands" },
      { "commands/version.js": saying("mine"), "commands/driver/bless.js": saying("blessed") },
    );
    expect(await succeed(["version"])).toMatch(/^docker-machine version /);
    expect(await succeed(["driver", "bless"])).toBe("blessed\n");
    expect(await succeed(["driver", "--help"])).toContain("driver bless");
    expect(await run(["driver", "bles"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("docker-machine driver bless") });
  });

  it("forbids creation if its pre-hook can't be loaded, and is not in the way once it is gone", async () => {
    await link("broken", { hooks: { "machine:precreate": "./nowhere.js" } }, {});
    expect(await run(["create", ...none, "x"])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("the plugin broken") });
    await rm(join(cli.directory, "broken"), { recursive: true });
    const result = await run(["create", ...none, "x"]);
    expect(result).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^The plugin broken can't be loaded from .*\n$/) });
    await succeed(["plugins", "uninstall", "broken"]);
  });
});

function withoutTime(line: string): string {
  return line.replace(/^\S+ /, "");
}

/** A linked folder brings its dependencies along, as it does for its author. */
async function linkOclif(folder: string): Promise<void> {
  await mkdir(join(folder, "node_modules", "@oclif"), { recursive: true });
  await symlink(fileURLToPath(new URL("../../node_modules/@oclif/core", import.meta.url)), join(folder, "node_modules", "@oclif", "core"));
}
