import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isSystemError } from "./file-errors.js";

const CGROUP_UNIT = "docker-machine-cgroups.service";

/**
 * What the host starts with beyond its image: its name, its name servers, the user's key, and control groups that Docker can write to.
 *
 * These files are a layer between the image and what the host writes. So the host's own changes to them last, and nothing is ever written
 * through paths which the host's administrator controls. The layer must not be mounted while it is written.
 *
 * @param {string} folder
 * @param {{ hostname: string, publicKey: string }} identity
 */
export async function writeSeed(folder, { hostname, publicKey }) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "root/.ssh"), { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "root/.ssh/authorized_keys"), `${publicKey.trim()}\n`, { mode: 0o600 });
  await put(join(folder, "etc/hostname"), `${hostname}\n`);
  await put(join(folder, "etc/hosts"), hostsFile(hostname));
  await put(join(folder, "etc/resolv.conf"), await nameServers());
  const units = join(folder, "etc/systemd/system");
  await put(join(units, CGROUP_UNIT), cgroupUnit());
  await mkdir(join(units, "sysinit.target.wants"), { recursive: true });
  await symlink(join("..", CGROUP_UNIT), join(units, "sysinit.target.wants", CGROUP_UNIT));
}

/**
 * @param {string} path
 * @param {string} text
 */
async function put(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode: 0o644 });
}

/** @param {string} hostname */
function hostsFile(hostname) {
  return `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n::1 localhost ip6-localhost ip6-loopback\n`;
}

/** This computer's name servers. systemd-resolved's own answers on loopback only, so those behind it are taken. */
async function nameServers() {
  for (const path of ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"]) {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      if (!isSystemError(error, "ENOENT")) throw error;
    }
  }
  return "";
}

/**
 * systemd-nspawn mounts the control groups of cgroup v1 read-only. Only the mount's own flag can be changed from inside ("bind").
 */
function cgroupUnit() {
  return `[Unit]
Description=Control groups that containers can be made in
DefaultDependencies=no
Before=sysinit.target

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'for folder in /sys/fs/cgroup /sys/fs/cgroup/*/; do if mountpoint -q "$$folder"; then mount -o remount,bind,rw "$$folder"; fi; done'

[Install]
WantedBy=sysinit.target
`;
}
