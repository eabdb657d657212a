import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Cli } from "../support/cli.js";
import { startCliAndRegistry } from "../support/cli-and-registry.js";
import { driverPackage, writeFiles } from "../support/driver-package.js";
import { differences } from "../support/json-page.js";
import type { PackageRegistry } from "../support/package-registry.js";

const PACKAGE = "npm:docker-machine-driver-acme";

let cli: Cli;
let registry: PackageRegistry;

beforeEach(async () => {
  ({ cli, registry } = await startCliAndRegistry());
  for (const driver of ["acme", "beta"]) registry.publish(driverPackage({ driver }));
});

const run = (...args: string[]) => cli.run(args, { env: { npm_config_registry: registry.url } });

async function install(name: string): Promise<string> {
  expect((await run("driver", "install", `npm:docker-machine-driver-${name}`)).exitCode).toBe(0);
  const { driver } = JSON.parse((await run("driver", "info", name, "--json")).stdout) as { driver: { receipt: { folder: string } } };
  return join(cli.driversDirectory, driver.receipt.folder);
}

test("driver verify names each changed, missing and added file, and exits with 1", async () => {
  const tree = await install("acme");
  expect(await run("driver", "verify")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^acme 1\.0\.0: whole, 2 files \(npm:.*sha512-/),
  });
  await writeFile(join(tree, "package/index.js"), "1");
  await rm(join(tree, "package/package.json"));
  await writeFile(join(tree, "package/extra.js"), "1");
  const { exitCode, stdout, stderr } = await run("driver", "verify", "acme");
  expect([exitCode, stdout.split("\n").slice(1)]).toEqual([1, ["  changed: index.js", "  missing: package.json", "  added: extra.js", ""]]);
  expect(stderr).toContain(`docker-machine driver install ${PACKAGE}`);
  expect(differences("driver verify", JSON.parse((await run("driver", "verify", "--json")).stdout))).toEqual([]);
});

test("driver doctor exits with 1 until all is repaired", async () => {
  const tree = await install("acme");
  await rm(tree, { recursive: true });
  const found = await run("driver", "doctor");
  expect(found).toMatchObject({ exitCode: 1, stdout: expect.stringContaining(`--fix installs it again from ${PACKAGE}.`) });
  expect(found.stderr).toContain("docker-machine driver doctor --fix");
  expect(differences("driver doctor", JSON.parse((await run("driver", "doctor", "--json")).stdout))).toEqual([]);
  expect(await run("driver", "doctor", "--fix")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("Repaired (installs it again"),
  });
  expect(await run("driver", "doctor")).toEqual({ exitCode: 0, stdout: "Nothing is wrong with the installed drivers.\n", stderr: "" });
});

test("driver link uses a folder, list marks it, and unlink brings back what was there", async () => {
  await install("acme");
  await writeFiles(join(cli.directory, "own"), driverPackage({ version: "2.0.0", sdkRange: "^9" }));
  const linked = await run("driver", "link", "own");
  expect([linked.exitCode, linked.stderr]).toEqual([0, expect.stringContaining("It is used anyway, since it is linked.")]);
  expect((await run("driver", "list")).stdout).toMatch(/^acme\s+2\.0\.0\s+linked/m);
  expect((await run("driver", "info", "acme")).stderr).toContain("It is used anyway");
  expect((await run("driver", "unlink", "acme")).stdout).toBe(`Unlinked the driver "acme": 1.0.0 from ${PACKAGE} is used again.\n`);
  expect((await run("driver", "unlink", "acme")).exitCode).toBe(1);
});

describe("driver uninstall", () => {
  test("removes several, none of them if machines use one", async () => {
    await install("acme");
    await install("beta");
    expect((await run("create", "-d", "none", "--url", "tcp://127.0.0.1:1", "dev")).exitCode).toBe(0);
    const config = cli.machinePath("dev", "config.json");
    await writeFile(config, (await readFile(config, "utf8")).replace('"DriverName": "none"', '"DriverName": "beta"'));
    const refused = await run("driver", "uninstall", "acme", "beta");
    expect([refused.exitCode, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain('The driver "beta" is used by dev.');
    expect((await run("driver", "uninstall", "--force", "acme", "beta")).stdout).toBe(
      'Uninstalled the driver "acme".\nUninstalled the driver "beta".\n',
    );
    expect((await run("driver", "doctor")).stdout).toContain('The driver "beta" is not installed, but used by dev.');
  });

  test("removes a linked one, and leaves its folder", async () => {
    await writeFiles(join(cli.directory, "own"), driverPackage());
    await run("driver", "link", "own");
    expect((await run("driver", "uninstall", "acme")).exitCode).toBe(0);
    expect((await run("driver", "link", "own")).exitCode).toBe(0);
  });
});
