// npm run quickstart [-- --clean]
// Does the main job for real: a driver that nobody has installed is fetched from a git repository and makes a Docker host, which runs a container.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GitHost } from "../test/support/git-host.js";
import { cacheDirectory } from "./cache-directory.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const directory = join(cacheDirectory(), "quickstart");
const EXAMPLE = "examples/docker-machine-driver-nspawn";
const REPOSITORY = "my-org/docker-machine-driver-nspawn";
const startedAt = performance.now();

/** What points docker-machine at the quickstart's own store and drivers, apart from the user's. */
const machineEnv = {
  MACHINE_STORAGE_PATH: join(directory, "machine"),
  XDG_DATA_HOME: join(directory, "data"),
  XDG_CONFIG_HOME: join(directory, "config"),
};

if (process.getuid?.() !== 0) becomeRoot();
else if (process.argv.includes("--clean")) await clean();
else await main();

async function main(): Promise<void> {
  step("Debian packages", process.execPath, [join(root, "scripts", "install-system-packages.mjs")]);
  step("Build", "npm", ["run", "--silent", "build"]);
  step("Host image (cached)", process.execPath, [join(root, "scripts", "build-host-image.mjs")]);
  const image = output(process.execPath, [join(root, "scripts", "build-host-image.mjs")]).trim();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (existsSync(join(directory, "machine", "machines", "dev"))) {
    say("\nThe machine and the driver of the last quickstart go first, so that all is done again.");
    await shell("docker-machine rm -y dev", {});
    await shell("docker-machine driver uninstall nspawn", {});
  }
  const repositories = join(directory, "git");
  rmSync(repositories, { recursive: true, force: true });
  const git = await GitHost.start(repositories);
  try {
    await git.commit(REPOSITORY, exampleFiles(), { tag: "v1.0.0" });
    say(`\nThe example driver is served as a git repository; github.com is mapped to ${git.url} by $MACHINE_GIT_MIRRORS.`);
    await demonstrate(image, git.url);
  } finally {
    await git.stop();
  }
  say(
    `\nThe machine "dev" is left running. To use it: export ${Object.entries(machineEnv)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}`,
  );
  say("To remove all of it: npm run quickstart -- --clean");
}

async function demonstrate(image: string, gitUrl: string): Promise<void> {
  const env = { MACHINE_GIT_MIRRORS: `github.com=${gitUrl}`, NSPAWN_IMAGE: image };
  await shell(`docker-machine create -d github.com/${REPOSITORY} dev`, env);
  await shell("docker-machine ls", {});
  await shell(`docker $(docker-machine config dev) import ${join(dirname(image), "busybox.tar")} busybox`, {});
  await shell("docker $(docker-machine config dev) run --rm busybox echo Hello from a container on dev", {});
}

async function clean(): Promise<void> {
  if (existsSync(join(directory, "machine", "machines", "dev"))) await shell("docker-machine rm -y dev", {});
  for (const name of ["quickstart", "host-images"]) rmSync(join(cacheDirectory(), name), { recursive: true, force: true });
  say("Removed the machine, the driver, the store and the host image. The Debian packages stay installed.");
}

/** The files of the example as git has them: what its author would push. */
function exampleFiles(): Record<string, string> {
  const paths = output("git", ["-C", join(root, EXAMPLE), "ls-files"])
    .trim()
    .split("\n");
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, EXAMPLE, path), "utf8")]));
}

/** The driver makes network namespaces, mounts and containers. */
function becomeRoot(): void {
  if (spawnSync("sudo", ["--version"]).status !== 0) {
    console.error("The quickstart makes containers and network namespaces, so it needs root, or sudo.");
    process.exitCode = 1;
    return;
  }
  const env = [`DOCKER_MACHINE_CACHE=${cacheDirectory()}`, `PATH=${process.env.PATH}`];
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.exitCode = spawnSync("sudo", ["env", ...env, ...self], { stdio: "inherit" }).status ?? 1;
}

function step(name: string, file: string, args: readonly string[]): void {
  say(`\n=== ${name}`);
  const { status } = spawnSync(file, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) end(status);
}

/** Shows a command, and runs it as a user's shell would. */
async function shell(command: string, env: Readonly<Record<string, string>>): Promise<void> {
  say(`\n$ ${command}`);
  const path = `${join(root, "bin")}:${process.env.PATH}`;
  const child = spawn("sh", ["-c", command], { cwd: root, stdio: "inherit", env: { ...process.env, ...machineEnv, ...env, PATH: path } });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) end(code);
}

function output(file: string, args: readonly string[]): string {
  return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function say(message: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
  console.log(message.replace(/^\n?/, (lineBreak) => `${lineBreak}[${seconds} s] `));
}

function end(status: number | null): never {
  say("The last command failed.");
  process.exit(status ?? 1);
}
