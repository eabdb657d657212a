// Builds the Debian root file system that the tests' EC2 instances boot, or finds it in the cache, and prints its folder:
// node scripts/build-ami.mjs
// Like the images in EC2's catalogue it has cloud-init, which makes the user, lets the key pair in and obeys the user data. Unlike them it has Docker, which doesn't
// start at boot. Next to it is `busybox.tar`, for `docker import`.
// Needs root, and mmdebstrap. It runs on any Node from 18 on and needs nothing installed before.
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "./cache-directory.mjs";
import { buildContainerImage, buildOnce, cacheKey, makeAnonymous, makeRoot, suite, trustTheSameAuthorities } from "./debian-root.mjs";

const PACKAGES = [
  ...["systemd-sysv", "dbus", "cloud-init", "openssh-server", "sudo", "curl", "ca-certificates", "iproute2", "procps"],
  ...["docker.io", "iptables"],
];
/** cloud-init's modules, stage by stage: those that a container can do, and that launching an instance leads to. */
const STAGES = {
  init: ["bootcmd", "write-files", "set_hostname", "update_hostname", "update_etc_hosts", "users-groups", "ssh"],
  config: ["runcmd"],
  final: ["write-files-deferred", "scripts-per-once", "scripts-per-boot", "scripts-per-instance", "scripts-user", "final-message"],
};
/** Units that a host of some minutes has no use for. Docker is started by who sets it up. */
const DISABLED = {
  "multi-user.target": ["containerd.service", "docker.service", "e2scrub_reap.service"],
  "timers.target": ["apt-daily-upgrade.timer", "apt-daily.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer"],
};

const self = fileURLToPath(import.meta.url);
const folder = join(cacheDirectory(), "host-images", cacheKey(self, PACKAGES));

buildOnce(folder, self, (directory) => {
  console.error(`Building an image for EC2 instances (Debian ${suite}, about a minute)...`);
  const rootfs = join(directory, "rootfs");
  makeRoot(rootfs, PACKAGES);
  makeAnonymous(rootfs);
  trustTheSameAuthorities(rootfs);
  configure(rootfs);
  buildContainerImage(directory);
});
if (existsSync(folder)) console.log(join(folder, "rootfs"));

/** The generator looks for a cloud for some seconds; without it cloud-init is always there. */
function configure(rootfs) {
  const stages = Object.entries(STAGES).map(([stage, modules]) => `cloud_${stage}_modules: [${modules.join(", ")}]`);
  const lines = ["datasource_list: [NoCloud]", "network: {config: disabled}", "disable_root: true", ...stages];
  writeFileSync(join(rootfs, "etc/cloud/cloud.cfg.d/50_image.cfg"), `${lines.join("\n")}\n`);
  const units = join(rootfs, "etc/systemd/system");
  for (const [target, names] of Object.entries(DISABLED)) {
    for (const name of names) rmSync(join(units, `${target}.wants`, name), { force: true });
  }
  mkdirSync(join(units, "multi-user.target.wants"), { recursive: true });
  symlinkSync("/lib/systemd/system/cloud-init.target", join(units, "multi-user.target.wants/cloud-init.target"));
  mkdirSync(join(rootfs, "etc/systemd/system-generators"), { recursive: true });
  symlinkSync("/dev/null", join(rootfs, "etc/systemd/system-generators/cloud-init-generator"));
}
