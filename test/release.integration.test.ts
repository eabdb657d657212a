import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { driverPackage, writeFiles } from "./support/driver-package.js";
import { VerdaccioRegistry } from "./support/verdaccio.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const execute = promisify(execFile);

/** It builds the clone twice a release, and installs all that the program needs from the registry. */
const TIMEOUT_MS = 900_000;

let directory: string;
let clone: string;
let registry: VerdaccioRegistry;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "docker-machine-release-"));
  clone = join(directory, "clone");
  await mkdir(join(directory, "home"));
  registry = await VerdaccioRegistry.start();
  await execute("git", ["clone", "--quiet", root, clone]);
  await copyPackages();
});

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

test("A clean clone is released, and the CLI installed from the registry installs a driver and a plugin from there", {
  timeout: TIMEOUT_MS,
}, async () => {
  await release("1.0.0");
  expect(await git("tag", "--list")).toContain("@docker-machine/driver-sdk@1.0.0");

  await npm("install", "--global", "--prefix", join(directory, "global"), "@docker-machine/cli");
  expect(await dockerMachine("version")).toMatch(/^docker-machine version 1\.0\.0/);

  await writeFiles(join(directory, "driver"), driverPackage({ driver: "sample" }));
  await registry.publish(join(directory, "driver"));
  await dockerMachine("driver", "install", "npm:docker-machine-driver-sample");
  expect(await dockerMachine("driver", "list")).toContain("sample");

  await registry.publish(join(root, "examples", "docker-machine-plugin-journal"));
  await dockerMachine("plugins", "install", "docker-machine-plugin-journal");

  await dockerMachine("create", "--driver", "none", "--url", "tcp://127.0.0.1:1", "x");
  expect(await dockerMachine("ls")).toMatch(/^x +\S+ +none /m);
  expect(await dockerMachine("journal")).toContain("created x none tcp://127.0.0.1:1");
  expect(await dockerMachine("complete", "--", "stop", "")).toBe("x\n");
  expect(await dockerMachine("autocomplete", "bash")).toContain("docker-machine autocomplete script bash");
});

test("The next release publishes what has changed, and leaves the SDK's version alone", { timeout: TIMEOUT_MS }, async () => {
  await writeFiles(clone, { "packages/driver-none/CHANGES": "Something new.\n" });
  await git("add", "packages/driver-none/CHANGES");
  await git("commit", "--quiet", "--message", "Change the driver none");
  await release("minor");

  expect(await npm("view", "@docker-machine/cli", "version")).toBe("1.1.0\n");
  expect(await npm("view", "@docker-machine/driver-none", "version")).toBe("1.1.0\n");
  expect(await npm("view", "@docker-machine/driver-sdk", "version")).toBe("1.0.0\n");
});

/** A clone's packages are this checkout's: nothing changes their files, so links do where the file system allows them. */
async function copyPackages(): Promise<void> {
  const from = join(root, "node_modules");
  const to = join(clone, "node_modules");
  try {
    await execute("cp", ["-al", from, to]);
  } catch {
    await rm(to, { recursive: true, force: true });
    await execute("cp", ["-a", from, to]);
  }
}

/** Only what the repository publishes goes to the registry of the test: what the clone itself needs comes from the usual one. */
async function release(bump: string): Promise<void> {
  const args = ["run", "release", "--", "--registry", registry.url, bump, "--yes", "--no-push"];
  await run("npm", args, registry.accountEnv, clone);
}

function git(...args: string[]): Promise<string> {
  return run("git", args, {}, clone);
}

function npm(...args: string[]): Promise<string> {
  return run("npm", [...args, "--loglevel=error"], registry.env, directory);
}

function dockerMachine(...args: string[]): Promise<string> {
  const env = {
    ...registry.env,
    HOME: join(directory, "home"),
    MACHINE_STORAGE_PATH: join(directory, "machines"),
    PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  };
  return run(join(directory, "global", "bin", "docker-machine"), args, env, directory);
}

/** The environment of somebody who did not come through this repository's npm scripts. */
async function run(file: string, args: readonly string[], env: Readonly<Record<string, string>>, cwd: string): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|VITEST|NODE_ENV$|TEST_)/.test(name));
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.startsWith(root));
  const author = { name: "Releaser", email: "releaser@example.com" };
  const { stdout } = await execute(file, args, {
    cwd,
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...Object.fromEntries(inherited),
      PATH: path.join(delimiter),
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
      ...env,
    },
  });
  return stdout;
}
