// npm run quickstart [-- --clean | --qemu]
// Does the main job for real: a driver that nobody has installed is fetched from a git repository and makes a Docker host, which runs a container.
// Where that driver's containers can't be had, or with --qemu, the host is a virtual machine.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { GitHost } from "../test/support/git-host.js";
import { cacheDirectory } from "./cache-directory.mjs";
import { nspawnImpossible } from "./nspawn-impossible.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const directory = join(cacheDirectory(), "quickstart");
const EXAMPLE = "examples/docker-machine-driver-nspawn";
const REPOSITORY = "my-org/docker-machine-driver-nspawn";
const machineConfig = join(directory, "machine", "machines", "dev", "config.json");
const startedAt = performance.now();

/** What points docker-machine at the quickstart's own store and drivers, apart from the user's. */
const machineEnv = {
  MACHINE_STORAGE_PATH: join(directory, "machine"),
  XDG_DATA_HOME: join(directory, "data"),
  XDG_CONFIG_HOME: join(directory, "config"),
};

const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
const isDebian = /^ID=debian$/m.test(release);
const hasDebianPackages = /^ID(?:_LIKE)?=.*\bdebian\b/m.test(release);
const isRoot = process.getuid?.() === 0;
const obstacle = process.argv.includes("--qemu") ? "--qemu is given" : nspawnImpossible();

if (process.platform === "linux" && !isRoot && canSudo()) becomeRoot();
else if (process.argv.includes("--clean")) await clean();
else await main();

async function main(): Promise<void> {
  if (isRoot && hasDebianPackages) step("Debian packages", process.execPath, [join(root, "scripts", "install-system-packages.mjs")]);
  step("Build", "npm", ["run", "--silent", "build"]);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (existsSync(machineConfig)) {
    say("\nThe machine and the driver of the last quickstart go first, so that all is done again.");
    const { DriverName } = JSON.parse(readFileSync(machineConfig, "utf8")) as { readonly DriverName: string };
    await shell("docker-machine rm -y dev", {});
    if (DriverName === "nspawn") await shell("docker-machine driver uninstall nspawn", {});
  }
  if (obstacle === undefined) await showContainerHost();
  else await showVirtualMachine(obstacle);
  say(
    `\nThe machine "dev" is left running. To use it: export ${Object.entries(machineEnv)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")}`,
  );
  say("To remove all of it: npm run quickstart -- --clean");
}

async function showContainerHost(): Promise<void> {
  const image = builtImage("Host image", "build-host-image.mjs");
  const repositories = join(directory, "git");
  rmSync(repositories, { recursive: true, force: true });
  const git = await GitHost.start(repositories);
  try {
    await git.commit(REPOSITORY, exampleFiles(), { tag: "v1.0.0" });
    say(`\nThe example driver is served as a git repository; github.com is mapped to ${git.url} by $MACHINE_GIT_MIRRORS.`);
    const env = { MACHINE_GIT_MIRRORS: `github.com=${git.url}`, NSPAWN_IMAGE: image };
    await shell(`docker-machine create -d github.com/${REPOSITORY} dev`, env);
    await shell("docker-machine ls", {});
    await runContainer(join(dirname(image), "busybox.tar"));
  } finally {
    await git.stop();
  }
}

/** An image is built where that can be done; elsewhere the driver downloads Debian's own. */
async function showVirtualMachine(reason: string): Promise<void> {
  say(`\nThe machine is made with QEMU, and not in a container of systemd-nspawn, because ${reason}.`);
  if (!isRoot || !isDebian || process.arch !== "x64") {
    await shell("docker-machine create -d qemu dev", {});
    await shell("docker-machine ls", {});
    await shell("docker $(docker-machine config dev) run --rm busybox echo Hello from a container on dev", {});
    return;
  }
  const image = builtImage("Image of the virtual machine", "build-vm-image.mjs");
  await shell(`docker-machine create -d qemu --qemu-image ${image} dev`, {});
  await shell("docker-machine ls", {});
  await runContainer(join(dirname(image), "busybox.tar"));
}

async function runContainer(tarball: string): Promise<void> {
  await shell(`docker $(docker-machine config dev) import ${tarball} busybox`, {});
  await shell("docker $(docker-machine config dev) run --rm busybox echo Hello from a container on dev", {});
}

function builtImage(name: string, builder: string): string {
  const path = join(root, "scripts", builder);
  step(`${name} (cached)`, process.execPath, [path]);
  return output(process.execPath, [path]).trim();
}

async function clean(): Promise<void> {
  if (existsSync(machineConfig)) await shell("docker-machine rm -y dev", {});
  for (const name of ["quickstart", "host-images", "vm-images"]) rmSync(join(cacheDirectory(), name), { recursive: true, force: true });
  say("Removed the machine, the driver, the store and the images. The Debian packages stay installed.");
}

/** The files of the example as git has them: what its author would push. */
function exampleFiles(): Record<string, string> {
  const paths = output("git", ["-C", join(root, EXAMPLE), "ls-files"])
    .trim()
    .split("\n");
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, EXAMPLE, path), "utf8")]));
}

function canSudo(): boolean {
  return spawnSync("sudo", ["--version"]).status === 0;
}

/** Containers and network namespaces need it, and so does an image that is built here. */
function becomeRoot(): void {
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
