import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Cli } from "../support/cli.js";
import { driverPackage, writeFiles } from "../support/driver-package.js";
import { differences } from "../support/json-page.js";

/** A driver whose cloud is a folder: a machine is a file there, with the store's UUID in it, and one that is named `kept-…` can't be removed. */
const CODE = `import { BaseDriver, defineDriver } from "@docker-machine/driver-sdk";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
class FolderDriver extends BaseDriver {
  async plan() { return this.machine.options.dryRun ? ["1 file " + this.machine.name] : undefined; }
  async create() {
    await this.machine.persist({ File: this.machine.name });
    mkdirSync(this.machine.options.folder, { recursive: true });
    writeFileSync(join(this.machine.options.folder, this.machine.name), await this.host.storeId());
  }
  async remove() { rmSync(join(this.machine.options.folder, this.machine.state.File), { force: true }); }
  async status() { return "Running"; }
}
export default defineDriver({
  name: "folder",
  summary: "Files",
  options: {
    folder: { type: "string", flag: "folder-path", env: "FOLDER_PATH", usage: "The folder", required: true },
    dryRun: { type: "boolean", flag: "folder-dry-run", usage: "Make nothing" },
  },
  async findOrphans({ options: { folder }, machines, anyStore }, host) {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const known = new Set((await machines()).map(({ state }) => state.File));
    const store = await host.storeId();
    const isOurs = (name) => anyStore || readFileSync(join(folder, name), "utf8") === store;
    return names.filter((name) => !known.has(name) && isOurs(name)).map((name) => ({
      id: "file-" + name,
      kind: "file",
      machineName: name,
      ...(name.startsWith("kept") ? { keptBecause: "it is precious" } : {}),
      remove: async () => rmSync(join(folder, name), { force: true }),
    }));
  },
  createDriver: (machine, host) => new FolderDriver(machine, host),
});
`;

let cli: Cli;
let cloud: string;

beforeEach(async () => {
  cli = await Cli.create();
  cloud = join(cli.directory, "cloud");
  cli.env.FOLDER_PATH = cloud;
  await writeFiles(join(cli.directory, "driver"), driverPackage({ driver: "folder", code: CODE }));
  await succeed("driver", "link", join(cli.directory, "driver"));
});

afterEach(() => cli[Symbol.asyncDispose]());

async function succeed(...args: readonly string[]): Promise<string> {
  const result = await cli.run(args);
  expect(result, result.stderr).toMatchObject({ exitCode: 0 });
  return result.stdout;
}

describe("driver NAME orphans", () => {
  beforeEach(async () => {
    for (const name of ["dev", "lost", "kept"]) await succeed("create", "-d", "folder", name);
    for (const name of ["lost", "kept"]) await cli.run(["rm", "-f", name], { env: { FOLDER_PATH: "" } });
    await writeFile(join(cloud, "theirs"), "another store's UUID");
    // What rm has removed is there again, as if it had not been reached.
    const storeId = await readFile(join(cloud, "dev"), "utf8");
    for (const name of ["lost", "kept"]) await writeFile(join(cloud, name), storeId);
  });

  it("lists what is of this store and of no machine in it, with either order of the words", async () => {
    const listed = await succeed("driver", "folder", "orphans");
    expect(listed).toMatch(/^ID +KIND +MACHINE +MADE +NOTE\nfile-kept +file +kept +it is precious\nfile-lost +file +lost +\n$/);
    expect(await succeed("driver", "orphans", "folder")).toBe(listed);
    expect(await readdir(cloud)).toEqual(["dev", "kept", "lost", "theirs"]);
  });

  it("tells programs as docs/json.md says", async () => {
    const told = JSON.parse(await succeed("driver", "folder", "orphans", "--json", "--any-store"));
    expect(told.orphans.map(({ id }: { readonly id: string }) => id)).toEqual(["file-kept", "file-lost", "file-theirs"]);
    expect(differences("driver orphans", told)).toEqual([]);
  });

  it("removes them when that is wished and agreed to, and leaves alone what is a machine's, another store's, or to be kept", async () => {
    expect((await cli.run(["driver", "folder", "orphans", "--remove"], { input: "n\n" })).exitCode).toBe(0);
    expect(await readdir(cloud)).toEqual(["dev", "kept", "lost", "theirs"]);
    await succeed("driver", "folder", "orphans", "--remove", "--yes");
    expect(await readdir(cloud)).toEqual(["dev", "kept", "theirs"]);
  });

  it("goes where the driver's flags lead, and says so when there is nothing", async () => {
    expect(await succeed("driver", "folder", "orphans", "--folder-path", join(cli.directory, "elsewhere"))).toBe(
      'All that the driver "folder" made belongs to a machine.\n',
    );
  });

  it("finds nothing while a machine can't be read: what is its can't be told", async () => {
    await mkdir(cli.machinePath("damaged"), { recursive: true });
    await writeFile(cli.machinePath("damaged", "config.json"), "{");
    const result = await cli.run(["driver", "folder", "orphans", "--remove", "--yes"]);
    expect(result).toMatchObject({ exitCode: 1 });
    expect(result.stderr).toContain("damaged");
    expect(await readdir(cloud)).toContain("lost");
  });
});

it("a driver that can't look for orphans says so", async () => {
  const result = await cli.run(["driver", "none", "orphans"]);
  expect(result).toMatchObject({ exitCode: 1 });
  expect(result.stderr).toContain('The driver "none" can\'t look for');
});

it("create ends with a driver's plan where that is all that is wished, and makes nothing", async () => {
  expect(await succeed("create", "-d", "folder", "--folder-dry-run", "dev")).toMatch(/1 file dev\n$/);
  expect(await succeed("ls", "-q")).toBe("");
  expect(await readdir(cli.storagePath).then((names) => names.includes("machines"))).toBe(true);
  await expect(readdir(cloud)).rejects.toThrow("ENOENT");
});
