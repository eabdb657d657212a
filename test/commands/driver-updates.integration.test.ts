import { beforeEach, describe, expect, test } from "vitest";
import type { Cli } from "../support/cli.js";
import { startCliAndRegistry } from "../support/cli-and-registry.js";
import { driverPackage } from "../support/driver-package.js";
import { differences } from "../support/json-page.js";
import type { PackageRegistry } from "../support/package-registry.js";

const PACKAGE = "npm:docker-machine-driver-acme";

let cli: Cli;
let registry: PackageRegistry;

beforeEach(async () => {
  ({ cli, registry } = await startCliAndRegistry());
});

const run = (...args: string[]) => cli.run(args, { env: { npm_config_registry: registry.url } });
const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, "--json")).stdout);

/** Installs 1.0.0; then 1.1.0 is there, and 2.0.0, which doesn't fit. */
async function installOldVersion(...flags: string[]): Promise<void> {
  registry.publish(driverPackage({ version: "1.0.0" }));
  expect(await run("driver", "install", ...flags, PACKAGE)).toMatchObject({ exitCode: 0, stderr: "" });
  registry.publish(driverPackage({ version: "1.1.0" }));
  registry.publish(driverPackage({ version: "2.0.0", sdkRange: "^2" }));
}

describe("driver update", () => {
  test("says from which version to which, and which newer one doesn't fit; then there is nothing left to do", async () => {
    await installOldVersion();
    const unfit = "Its newest version, 2.0.0, doesn't fit: it needs the SDK ^2.";
    expect(await run("driver", "update", "--all", "--dry-run")).toEqual({
      exitCode: 0,
      stdout: `acme: 1.0.0 → 1.1.0 would be installed. ${unfit}\n`,
      stderr: "",
    });
    expect((await run("driver", "list")).stdout).toContain("1.0.0");
    expect(await run("driver", "update", "acme")).toEqual({ exitCode: 0, stdout: `acme: 1.0.0 → 1.1.0. ${unfit}\n`, stderr: "" });
    expect((await run("driver", "list")).stdout).toContain("1.1.0");
    expect((await run("driver", "update", "--all")).stdout).toBe(`acme: 1.1.0 is the newest that fits. ${unfit}\n`);
  });

  test("leaves a pinned driver, and says so", async () => {
    await installOldVersion("--pin");
    expect((await run("driver", "update", "--all")).stdout).toBe("acme: 1.0.0, which is pinned, so it stays.\n");
  });

  test("tries all drivers, and fails if one does", async () => {
    await installOldVersion();
    const result = await run("driver", "update", "nope", "acme");
    expect(result).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("acme: 1.0.0 → 1.1.0") });
    expect(result.stderr).toContain('The driver "nope" is not installed.');
  });

  test("wants names or --all, and not both", async () => {
    expect(await run("driver", "update")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("docker-machine driver update --all"),
    });
    expect(await run("driver", "update", "--all", "acme")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("exclude each other"),
    });
    expect(await run("driver", "update", "--all")).toEqual({ exitCode: 0, stdout: "No drivers are installed.\n", stderr: "" });
  });

  test("prints JSON as docs/json.md says", async () => {
    await installOldVersion();
    const outdated = await json("driver", "outdated");
    expect(differences("driver outdated", outdated)).toEqual([]);
    expect(outdated).toMatchObject({ outdated: [{ name: "acme", from: { version: "1.0.0" }, to: { version: "1.1.0" } }] });
    const updated = await json("driver", "update", "acme");
    expect(differences("driver update", updated)).toEqual([]);
    expect(updated).toMatchObject({
      updates: [{ name: "acme", to: { version: "1.1.0" }, passedOver: { version: "2.0.0", sdkRange: "^2" } }],
    });
  });
});

test("driver outdated lists what has a newer version, and changes nothing", async () => {
  await installOldVersion();
  const { exitCode, stdout } = await run("driver", "outdated");
  expect({ exitCode, rows: stdout.split("\n").map((line) => line.split(/ {2,}/)) }).toEqual({
    exitCode: 0,
    rows: [["NAME", "INSTALLED", "NEWEST THAT FITS", "NEWEST", "NEEDS SDK"], ["acme", "1.0.0", "1.1.0", "2.0.0", "^2"], [""]],
  });
  expect((await run("driver", "list")).stdout).toContain("1.0.0");
});

test("driver rollback goes back and forth", async () => {
  await installOldVersion();
  await run("driver", "update", "acme");
  expect((await run("driver", "rollback", "acme")).stdout).toContain('The driver "acme" is at 1.0.0 again, and was at 1.1.0.');
  expect((await run("driver", "rollback", "acme")).stdout).toContain('The driver "acme" is at 1.1.0 again, and was at 1.0.0.');
  expect(await run("driver", "rollback", "none")).toMatchObject({ exitCode: 1 });
});

test("a machine goes on working while its driver is updated and rolled back", async () => {
  await installOldVersion();
  expect(await run("create", "-d", "acme", "dev")).toMatchObject({ exitCode: 0 });
  await run("driver", "update", "acme");
  expect(await run("status", "dev")).toEqual({ exitCode: 0, stdout: "Running\n", stderr: "" });
  await run("driver", "rollback", "acme");
  expect(await run("status", "dev")).toEqual({ exitCode: 0, stdout: "Running\n", stderr: "" });
});
