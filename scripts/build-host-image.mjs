// Builds the Debian image that the example driver boots, or finds it in the cache, and prints its folder:
// node scripts/build-host-image.mjs [--without-docker]
// Needs root, and mmdebstrap. It runs on any Node from 18 on and needs nothing installed before.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "./cache-directory.mjs";
import { buildContainerImage, buildOnce, cacheKey, makeAnonymous, makeRoot, suite, trustTheSameAuthorities } from "./debian-root.mjs";

const PACKAGES = ["systemd-sysv", "dbus", "openssh-server", "sudo", "curl", "ca-certificates", "iproute2", "procps"];
const DOCKER_PACKAGES = ["docker.io", "iptables"];

const self = fileURLToPath(import.meta.url);
const packages = process.argv.includes("--without-docker") ? PACKAGES : [...PACKAGES, ...DOCKER_PACKAGES];
const folder = join(cacheDirectory(), "host-images", cacheKey(self, packages));

buildOnce(folder, self, (directory) => {
  console.error(`Building a Debian image (${suite}, about a minute)...`);
  const rootfs = join(directory, "rootfs");
  makeRoot(rootfs, packages);
  makeAnonymous(rootfs);
  makeHostKeysAtBoot(rootfs);
  trustTheSameAuthorities(rootfs);
  buildContainerImage(directory);
});
if (existsSync(folder)) console.log(join(folder, "rootfs"));

/** Debian makes SSH's host keys when the package is installed, so an image needs a unit for it. */
function makeHostKeysAtBoot(rootfs) {
  const unit =
    "[Unit]\nBefore=ssh.service\n[Service]\nType=oneshot\nExecStart=/usr/bin/ssh-keygen -A\n[Install]\nWantedBy=multi-user.target\n";
  const units = join(rootfs, "etc/systemd/system");
  writeFileSync(join(units, "ssh-host-keys.service"), unit);
  mkdirSync(join(units, "multi-user.target.wants"), { recursive: true });
  symlinkSync("../ssh-host-keys.service", join(units, "multi-user.target.wants", "ssh-host-keys.service"));
}
