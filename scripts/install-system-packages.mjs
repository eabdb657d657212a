// Installs the Debian packages that the quickstart and the tests need, and says which:
// node scripts/install-system-packages.mjs
// It runs on any Node from 18 on and needs nothing installed before; it does nothing where all are there.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** Package → what it is for. */
const PACKAGES = {
  binutils: "tests assemble what QEMU's accelerators are tried with",
  "binutils-aarch64-linux-gnu": "the same for arm64",
  "ca-certificates": "TLS to the package mirrors",
  "cloud-init": "tests of seeds: it says what it makes of them",
  curl: "tests of the hosts",
  "docker.io": "the docker client, and an engine for tests",
  "dnsmasq-base": "DHCP of host-only networks in the tests' stand-in for VirtualBox",
  e2fsprogs: "mke2fs, for the image that virtual machines boot",
  fdisk: "sfdisk, for the image that virtual machines boot",
  file: "tests of seeds",
  fish: "tests of its completion",
  genisoimage: "isoinfo, for tests of seeds",
  git: "drivers from git repositories",
  "grub-pc-bin": "the boot loader of the image that virtual machines boot",
  hyperfine: "benches",
  iproute2: "network namespaces of the example driver",
  iptables: "the example driver's way out for its hosts",
  "libarchive-tools": "bsdtar, for tests of seeds",
  libfaketime: "tests with clocks that are off",
  mmdebstrap: "the Debian image that the example driver boots",
  openssl: "tests of certificates",
  "openssh-client": "tests of keys",
  "openssh-server": "tests of SSH",
  "p7zip-full": "7z, for tests of seeds",
  packer: "a client that isn't ours, for the tests' stand-in for VirtualBox",
  procps: "sysctl, for the example driver",
  "busybox-static": "the container image that is run",
  "qemu-system-arm": "tests of arm64 guests",
  "qemu-system-x86": "virtual machines",
  "qemu-utils": "qemu-img and qemu-io, for tests of disk images",
  rsync: "tests of scp -d",
  sshfs: "tests of mount",
  "systemd-container": "systemd-nspawn, which the example driver runs",
  "util-linux": "flock and unshare",
  "xz-utils": "tests of packed disk images",
  vagrant: "another client for that stand-in",
  zsh: "tests of its completion",
};
/** Keeps cloud-init, which is only wanted for its reader here, from setting up this computer at the next boot (cloud-init's docs, "Disable cloud-init"). */
const CLOUD_INIT_OFF = "/etc/cloud/cloud-init.disabled";
/** Keeps dpkg from starting the daemons that it installs (Debian policy, invoke-rc.d). */
const POLICY = "/usr/sbin/policy-rc.d";

const missing = isDebian() ? missingPackages() : undefined;
if (missing === undefined) {
  fail(`This needs Debian or Ubuntu; on another system, install by hand what these packages hold: ${Object.keys(PACKAGES).join(", ")}.`);
} else if (missing.length > 0) {
  install(missing);
}

function isDebian() {
  if (!existsSync("/etc/os-release")) return false;
  return /^ID(?:_LIKE)?=.*\bdebian\b/m.test(readFileSync("/etc/os-release", "utf8"));
}

function missingPackages() {
  const format = `${["Package", "db:Status-Status"].map((field) => `\${${field}}`).join(" ")}\n`;
  const { stdout } = spawnSync("dpkg-query", ["--show", "--showformat", format, ...Object.keys(PACKAGES)], { encoding: "utf8" });
  const installed = new Set(
    stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return Object.keys(PACKAGES).filter((name) => !installed.has(name));
}

function install(names) {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync("sudo", ["--version"]).status !== 0) {
    fail(`These Debian packages are missing, and installing them needs root or sudo: ${names.join(" ")}.`);
    return;
  }
  console.log("Installing Debian packages:");
  for (const name of names) console.log(`  ${name.padEnd(20)} ${PACKAGES[name]}`);
  if (!isRoot) process.exitCode = spawnSync("sudo", [process.execPath, process.argv[1]], { stdio: "inherit" }).status ?? 1;
  else withoutDaemons(() => installAsRoot(names));
}

function installAsRoot(names) {
  if (names.includes("cloud-init")) {
    mkdirSync("/etc/cloud", { recursive: true });
    writeFileSync(CLOUD_INIT_OFF, "");
  }
  const apt = ["-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const steps = [
    [...apt, "update"],
    [...apt, "install", "--yes", "--no-install-recommends", ...names],
  ];
  for (const args of steps) {
    const { status } = spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"], env });
    if (status === 0) continue;
    fail(`apt-get ${args.at(-1) === "update" ? "update" : "install"} failed.`);
    return;
  }
}

function withoutDaemons(action) {
  if (existsSync(POLICY)) return action();
  writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    action();
  } finally {
    rmSync(POLICY, { force: true });
  }
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
