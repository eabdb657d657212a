import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { Cli, CliRunOptions } from "../support/cli.js";
import { startCliAndRegistry } from "../support/cli-and-registry.js";
import { dependentDriver, driverPackage, plainPackage } from "../support/driver-package.js";
import type { PackageRegistry } from "../support/package-registry.js";

const PACKAGE = "npm:docker-machine-driver-acme";

let cli: Cli;
let registry: PackageRegistry;
let project: string;

beforeEach(async () => {
  ({ cli, registry } = await startCliAndRegistry());
  project = join(cli.directory, "project");
  await mkdir(join(project, ".git"), { recursive: true });
  registry.publish(plainPackage("dep", "1.0.0"));
  registry.publish(driverPackage({ ...dependentDriver("acme", "^1"), version: "1.0.0" }));
});

function run(args: readonly string[], { env, ...options }: CliRunOptions = {}) {
  return cli.run(args, { cwd: project, env: { npm_config_registry: registry.url, ...env }, ...options });
}

async function declare(): Promise<void> {
  await writeFile(join(project, "docker-machine.drivers.json"), JSON.stringify({ drivers: { acme: `${PACKAGE}@^1` } }));
}

test("driver lock, driver install --locked and create work together in a project's folder", async () => {
  await declare();
  expect((await run(["driver", "install", "--locked"])).stderr).toContain("driver lock");
  const locked = await run(["driver", "lock"]);
  expect(locked).toMatchObject({ exitCode: 0, stderr: "" });
  expect(locked.stdout).toMatch(
    /^acme: 1\.0\.0, new\nLocked in .*docker-machine\.drivers\.lock\.json\. Keep it under version control\.\n/m,
  );
  registry.publish(driverPackage({ ...dependentDriver("acme", "^1"), version: "1.1.0" }));
  const text = await readFile(join(project, "docker-machine.drivers.lock.json"), "utf8");
  expect((await run(["driver", "lock"])).stdout).toContain("acme: 1.0.0, as it was");
  expect(await readFile(join(project, "docker-machine.drivers.lock.json"), "utf8")).toBe(text);

  await run(["driver", "update", "acme"]);
  const refused = await run(["create", "-d", "acme", "dev"]);
  expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("its version is 1.1.0, and 1.0.0 is locked")]);
  expect(refused.stderr).toContain("docker-machine driver install --locked");
  expect((await run(["driver", "install", "--locked"])).stdout).toContain('The driver "acme" 1.0.0 is installed as it is locked in');
  expect((await run(["create", "-d", "acme", "--help"])).exitCode).toBe(0);
  expect((await run(["driver", "lock", "--update", "acme"])).stdout).toContain("acme: 1.0.0 → 1.1.0");
  expect((await run(["driver", "lock", "acme"])).stderr).toContain("docker-machine driver lock --update acme");
});

test("driver bundle and driver install bring drivers to a computer without a network", async () => {
  await run(["driver", "install", PACKAGE]);
  const written = await run(["driver", "bundle", "acme", "-o", "drivers.tgz"]);
  expect(written).toMatchObject({ exitCode: 0, stderr: "" });
  expect(written.stdout).toMatch(
    /^acme 1\.0\.0\nWrote .*drivers\.tgz \(\d+ bytes, sha256 [0-9a-f]{64}\)\.\nOn the other computer: docker-machine driver install \.\/drivers\.tgz\n$/,
  );
  const elsewhere = {
    DOCKER_MACHINE_DATA_DIR: join(cli.directory, "elsewhere"),
    HOME: join(cli.directory, "other-home"),
    npm_config_registry: "http://127.0.0.1:9",
  };
  const installed = await run(["driver", "install", "./drivers.tgz"], { env: elsewhere });
  expect(installed).toMatchObject({
    exitCode: 0,
    stderr: "",
    stdout: expect.stringContaining(`Installed the driver "acme" 1.0.0 from ${PACKAGE}`),
  });
  expect((await run(["driver", "bundle", "acme"])).stderr).toContain("-o drivers.tgz");
});

test("--offline and MACHINE_OFFLINE name what is missing, and use what is there", async () => {
  for (const [args, env] of [
    [["driver", "install", "--offline", PACKAGE], {}],
    [["driver", "install", PACKAGE], { MACHINE_OFFLINE: "1" }],
    [["create", "--offline", "-d", PACKAGE, "dev"], {}],
    [["driver", "info", "--offline", PACKAGE], {}],
  ] as const) {
    const missing = await run(args, { env });
    expect([missing.exitCode, missing.stderr]).toEqual([
      1,
      expect.stringContaining("the cache does not have what the registry tells of the package docker-machine-driver-acme"),
    ]);
  }
  expect(registry.requests).toEqual([]);
  await run(["driver", "install", PACKAGE]);
  await run(["driver", "uninstall", "acme"]);
  expect(await run(["driver", "install", "--offline", PACKAGE])).toMatchObject({ exitCode: 0 });
});
