// Builds the Debian image that the example driver boots, or finds it in the cache, and prints its folder:
// node scripts/build-host-image.mjs [--without-docker]
// Needs root, and mmdebstrap. It runs on any Node from 18 on and needs nothing installed before.
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
import { cacheDirectory } from "./cache-directory.mjs";

const PACKAGES = ["systemd-sysv", "dbus", "openssh-server", "sudo", "curl", "ca-certificates", "iproute2", "procps"];
const DOCKER_PACKAGES = ["docker.io", "iptables"];
const SOURCES_FOLDER = "/etc/apt/sources.list.d";
const LOCKED = "--locked";

const self = fileURLToPath(import.meta.url);
const args = process.argv.slice(2);
const packages = args.includes("--without-docker") ? PACKAGES : [...PACKAGES, ...DOCKER_PACKAGES];
const suite = /^VERSION_CODENAME=(\S+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "stable";
const sources = sourceFiles();
const key = createHash("sha256").update(
  JSON.stringify([suite, packages, sources.map((path) => readFileSync(path, "utf8")), readFileSync(self, "utf8")]),
);
const folder = join(cacheDirectory(), "host-images", key.digest("hex").slice(0, 16));

if (!existsSync(folder)) buildOnce();
if (existsSync(folder)) console.log(join(folder, "rootfs"));

/** Two builders of the same image would waste a minute each: `flock` lets the second wait for the first. */
function buildOnce() {
  mkdirSync(join(folder, ".."), { recursive: true });
  if (args.includes(LOCKED)) return build();
  const { status } = spawnSync("flock", [`${folder}.lock`, process.execPath, self, ...args, LOCKED], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  process.exitCode = status ?? 1;
}

function build() {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const rootfs = join(unfinished, "rootfs");
  console.error(`Building a Debian image (${suite}, about a minute)...`);
  const { status } = spawnSync(
    "mmdebstrap",
    ["--quiet", "--variant=minbase", `--include=${packages.join(",")}`, suite, rootfs, ...sources],
    {
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  if (status !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    console.error("mmdebstrap failed.");
    process.exitCode = 1;
    return;
  }
  makeAnonymous(rootfs);
  trustTheSameAuthorities(rootfs);
  buildContainerImage(unfinished);
  renameSync(unfinished, folder);
}

/** Every host makes its own identity at its first boot. */
function makeAnonymous(rootfs) {
  writeFileSync(join(rootfs, "etc/machine-id"), "");
  const keys = readdirSync(join(rootfs, "etc/ssh")).filter((name) => name.startsWith("ssh_host_"));
  for (const name of keys) rmSync(join(rootfs, "etc/ssh", name));
  // Debian makes SSH's host keys when the package is installed, so an image needs a unit for it.
  const unit =
    "[Unit]\nBefore=ssh.service\n[Service]\nType=oneshot\nExecStart=/usr/bin/ssh-keygen -A\n[Install]\nWantedBy=multi-user.target\n";
  const units = join(rootfs, "etc/systemd/system");
  writeFileSync(join(units, "ssh-host-keys.service"), unit);
  mkdirSync(join(units, "multi-user.target.wants"), { recursive: true });
  symlinkSync("../ssh-host-keys.service", join(units, "multi-user.target.wants", "ssh-host-keys.service"));
}

/** A network whose proxy signs with its own CA is as reachable from the host as from here. */
function trustTheSameAuthorities(rootfs) {
  const bundle = "etc/ssl/certs/ca-certificates.crt";
  if (existsSync(`/${bundle}`)) cpSync(`/${bundle}`, join(rootfs, bundle));
}

/** A container image of one static program, for `docker import`. */
function buildContainerImage(directory) {
  const root = join(directory, "busybox");
  mkdirSync(join(root, "bin"), { recursive: true });
  cpSync("/bin/busybox", join(root, "bin/busybox"), { dereference: true });
  chmodSync(join(root, "bin/busybox"), 0o755);
  for (const name of ["sh", "echo", "cat", "uname", "httpd", "touch", "ls", "sleep"]) symlinkSync("busybox", join(root, "bin", name));
  spawnSync("tar", ["--create", "--file", join(directory, "busybox.tar"), "--directory", root, "."], { stdio: "inherit" });
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
