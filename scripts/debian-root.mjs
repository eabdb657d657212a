// What the builders of Debian images share. It runs on any Node from 18 on and needs nothing installed before.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCES_FOLDER = "/etc/apt/sources.list.d";
const LOCKED = "--locked";

/** This computer's own Debian suite. */
export const suite = /^VERSION_CODENAME=(\S+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "stable";

/** A name for what is built from these sources, this suite, and this builder: another of any of them gives another name. */
export function cacheKey(builder, ...inputs) {
  const texts = [builder, fileURLToPath(import.meta.url), ...sourceFiles()].map((path) => readFileSync(path, "utf8"));
  return createHash("sha256")
    .update(JSON.stringify([suite, inputs, texts]))
    .digest("hex")
    .slice(0, 16);
}

/**
 * Makes a folder with `build(unfinished)`, unless it is there. Two builders of the same would waste a minute each: `flock` lets the second wait for the first,
 * which is this script once more. What fails leaves no folder.
 */
export function buildOnce(folder, script, build) {
  if (existsSync(folder)) return;
  mkdirSync(join(folder, ".."), { recursive: true });
  const args = process.argv.slice(2);
  if (!args.includes(LOCKED)) {
    const again = [`${folder}.lock`, process.execPath, script, ...args, LOCKED];
    process.exitCode = spawnSync("flock", again, { stdio: ["ignore", "ignore", "inherit"] }).status ?? 1;
    return;
  }
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  try {
    build(unfinished);
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** Makes a Debian root file system in a new folder. dpkg waits for no disk: what a crash cuts short is unfinished, and built again. */
export function makeRoot(rootfs, packages, options = []) {
  const all = ["--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io", `--include=${packages.join(",")}`, ...options];
  run("mmdebstrap", [...all, suite, rootfs, ...sourceFiles()]);
}

/** Runs a program, which may speak on standard error only. Its standard input is `input`. */
export function run(program, args, input = "") {
  const { status, error } = spawnSync(program, args, { input, stdio: ["pipe", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? `exit code ${status}`}`);
}

/** Every host makes its own identity at its first boot. */
export function makeAnonymous(rootfs) {
  writeFileSync(join(rootfs, "etc/machine-id"), "");
  const keys = readdirSync(join(rootfs, "etc/ssh")).filter((name) => name.startsWith("ssh_host_"));
  for (const name of keys) rmSync(join(rootfs, "etc/ssh", name));
}

/** A network whose proxy signs with its own CA is as reachable from the host as from here. */
export function trustTheSameAuthorities(rootfs) {
  const bundle = "etc/ssl/certs/ca-certificates.crt";
  if (existsSync(`/${bundle}`)) cpSync(`/${bundle}`, join(rootfs, bundle));
}

/** A container image of one static program, for `docker import`: `busybox.tar`. */
export function buildContainerImage(directory) {
  const root = join(directory, "busybox");
  mkdirSync(join(root, "bin"), { recursive: true });
  cpSync("/bin/busybox", join(root, "bin/busybox"), { dereference: true });
  chmodSync(join(root, "bin/busybox"), 0o755);
  for (const name of ["sh", "echo", "cat", "uname", "httpd", "touch", "ls", "sleep"]) symlinkSync("busybox", join(root, "bin", name));
  run("tar", ["--create", "--file", join(directory, "busybox.tar"), "--directory", root, "."]);
}

/** This computer's own package sources of its suite: they are what is reachable from here. */
function sourceFiles() {
  const names = existsSync(SOURCES_FOLDER) ? readdirSync(SOURCES_FOLDER).map((name) => join(SOURCES_FOLDER, name)) : [];
  const candidates = ["/etc/apt/sources.list", ...names].filter((path) => /\.(?:list|sources)$/.test(path) && existsSync(path));
  return candidates.filter((path) => namesSuite(readFileSync(path, "utf8")));
}

function namesSuite(text) {
  const lines = text.split("\n").filter((line) => /^(?:deb\s|Suites:)/.test(line));
  return lines.some((line) => line.split(/\s+/).includes(suite));
}
