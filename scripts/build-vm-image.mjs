// Builds a Debian cloud image from Debian's packages, or finds it in the cache, and prints its path:
// node scripts/build-vm-image.mjs
// It stands for the images that Debian publishes, where those can't be downloaded: a GPT disk that a BIOS boots, cloud-init, the user `debian`. It has drivers for
// virtio and for what VirtualBox emulates, and Docker, which doesn't start at boot. Next to it is `busybox.tar`, for `docker import`.
// Only for amd64. Needs root, mmdebstrap, e2fsprogs, fdisk, grub-pc-bin and qemu-utils. It runs on any Node from 18 on and needs nothing installed before.
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeBiosDisk } from "./bios-disk.mjs";
import { cacheDirectory } from "./cache-directory.mjs";
import { buildContainerImage, buildOnce, cacheKey, makeAnonymous, makeRoot, run, suite, trustTheSameAuthorities } from "./debian-root.mjs";

const PACKAGES = [
  "systemd-sysv",
  "udev",
  "dbus",
  "linux-image-amd64",
  "linux-image-cloud-amd64",
  "tiny-initramfs",
  "cloud-init",
  "cloud-guest-utils",
  "openssh-server",
  "sudo",
  "curl",
  "ca-certificates",
  "iproute2",
  "procps",
  "docker.io",
  "iptables",
];
/**
 * The kernels and what they need for their root file system. `amd64` has drivers for all, but takes eight seconds to unpack itself without KVM; `cloud-amd64`
 * has neither SATA nor e1000 nor 9p, but is packed to be unpacked fast.
 */
const KERNELS = { amd64: "virtio_pci,virtio_blk,ahci,ata_piix,sd_mod,ext4", "cloud-amd64": "virtio_pci,virtio_blk" };
/**
 * Debian's kernel starts AppArmor, whose parser isn't installed: Docker would want it. QEMU's processor without KVM seems to have an unreliable clock,
 * and every look at the slow one that Linux takes instead leaves the guest.
 */
const PARAMETERS = ["apparmor=0", "clocksource=tsc", "tsc=reliable", "mitigations=off", "init_on_alloc=0"];
/** cloud-init's modules, stage by stage: Debian's own choice without what asks other programs, which takes half a minute without KVM. */
const STAGES = {
  config: ["locale", "set-passwords", "apt-configure", "ntp", "timezone", "runcmd"],
  final: [
    "package-update-upgrade-install",
    "write-files-deferred",
    "scripts-vendor",
    "scripts-per-once",
    "scripts-per-boot",
    "scripts-per-instance",
    "scripts-user",
    "phone-home",
    "final-message",
    "power-state-change",
  ],
};
/** Modules that nothing uses. */
const BLACKLIST = ["i2c_i801", "iTCO_wdt", "lpc_ich", "parport_pc", "pcspkr", "psmouse"];
/** Units that a machine of some minutes has no use for: each start of a program takes a quarter of a second without KVM. Docker is started by who sets it up. */
const DISABLED = {
  "multi-user.target": ["containerd.service", "docker.service", "e2scrub_reap.service"],
  "sysinit.target": ["systemd-pstore.service"],
  "timers.target": ["apt-daily-upgrade.timer", "apt-daily.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer"],
};
/** The same for units that systemd starts of its own accord. */
const MASKED = [
  ...["dev-hugepages.mount", "dev-mqueue.mount", "proc-sys-fs-binfmt_misc.automount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount"],
  ...["modprobe@.service", "systemd-binfmt.service", "systemd-update-utmp-runlevel.service", "systemd-update-utmp.service"],
];
/**
 * The same for what looks for more than a test's machine has: other file systems, old services, a cloud. `cloud-init-generator` looks for a seed before cloud-init
 * does, for some seconds; without it cloud-init is always there.
 */
const GENERATORS = [
  ..."cryptsetup debug gpt-auto hibernate-resume integritysetup rc-local run system-update sysv veritysetup"
    .split(" ")
    .map((name) => `systemd-${name}-generator`),
  "cloud-init-generator",
];
/** The kinds of devices that udev looks at when it starts: each device costs it a process's work, and most need none. */
const SUBSYSTEMS = ["acpi", "block", "input", "net", "pci", "scsi", "serio", "virtio"];
/** Files of packages that no test's machine needs. */
const KERNEL_LEFT_OUT = [
  ..."comedi cpufreq edac gpu hid hwmon iio infiniband isdn md media mtd net/ethernet net/wireless staging target usb"
    .split(" ")
    .map((name) => `drivers/${name}`),
  ..."btrfs ceph f2fs gfs2 jfs nfs nfsd ocfs2 reiserfs smb ubifs xfs".split(" ").map((name) => `fs/${name}`),
  ...["arch/x86/crypto", "arch/x86/kvm", "net/mac80211", "net/wireless", "sound"],
];
const LEFT_OUT = [
  ...["doc", "man", "locale", "i18n"].map((name) => `/usr/share/${name}/*`),
  ...KERNEL_LEFT_OUT.map((name) => `/lib/modules/*/kernel/${name}/*`),
];
/** What is needed of it all the same. */
const LEFT_IN = ["/lib/modules/*/kernel/drivers/net/ethernet/intel/e1000/*"];

const self = fileURLToPath(import.meta.url);
const folder = join(cacheDirectory(), "vm-images", cacheKey(self, readFileSync(join(self, "..", "bios-disk.mjs"), "utf8")));
const image = join(folder, "debian.qcow2");

if (process.arch !== "x64") {
  console.error(`The image for virtual machines is built for amd64 only; this computer is ${process.arch}.`);
  process.exitCode = 1;
} else {
  buildOnce(folder, self, build);
  if (existsSync(image)) console.log(image);
}

function build(directory) {
  console.error(`Building an image for virtual machines (Debian ${suite}, one to two minutes)...`);
  const rootfs = join(directory, "rootfs");
  makeRoot(rootfs, PACKAGES, [
    ...LEFT_OUT.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    ...LEFT_IN.map((pattern) => `--dpkgopt=path-include=${pattern}`),
  ]);
  makeAnonymous(rootfs);
  trustTheSameAuthorities(rootfs);
  const rootId = randomUUID();
  const kernels = Object.entries(KERNELS).map(([flavour, modules]) => bootableKernel(rootfs, flavour, modules));
  configure(rootfs, rootId, kernels);
  const disk = join(directory, "disk.raw");
  writeBiosDisk(disk, { rootfs, rootId, scratch: directory });
  const options = ["-c", "-W", "-m", "4", "-o", "compression_type=zstd"];
  run("qemu-img", ["convert", ...options, "-f", "raw", "-O", "qcow2", disk, join(directory, "debian.qcow2")]);
  for (const name of ["rootfs", "disk.raw"]) rmSync(join(directory, name), { recursive: true });
  buildContainerImage(directory);
}

/** Makes the initial file system of the kernel of a flavour, and returns the kernel's version. */
function bootableKernel(rootfs, flavour, modules) {
  const version = readdirSync(join(rootfs, "lib/modules")).find((name) => name.replace(/^[\d.-]+/, "") === flavour);
  if (version === undefined) throw new Error(`There is no kernel ${flavour}.`);
  const options = ["--auto-modules=no", "--microcode=no", `--include-modules=${modules}`];
  run("chroot", [rootfs, "mktirfs", "-o", `/boot/initrd.img-${version}`, ...options, version]);
  return version;
}

/** GRUB's script. The kernel for all hardware is taken unless there is a virtio disk, and no folder shared over 9p: their PCI numbers are in virtio's specification, 4.1.2.1. */
function bootMenu([general, cloud], parameters) {
  return [
    `set version=${general}`,
    "setpci -d 1af4:1001 -v disk VENDOR_ID",
    "setpci -d 1af4:1009 -v share VENDOR_ID",
    'if [ -n "$disk" -a -z "$share" ]; then',
    `  set version=${cloud}`,
    "fi",
    `linux /boot/vmlinuz-$version ${parameters}`,
    "initrd /boot/initrd.img-$version",
    "boot",
  ];
}

/** Files as the tools of Debian's images write them. The user `debian` comes from cloud-init's own configuration. */
function configure(rootfs, rootId, kernels) {
  const write = (path, lines) => {
    mkdirSync(join(rootfs, path, ".."), { recursive: true });
    writeFileSync(join(rootfs, path), `${lines.join("\n")}\n`);
  };
  write("boot/grub/grub.cfg", bootMenu(kernels, `root=UUID=${rootId} ro console=tty0 console=ttyS0,115200 ${PARAMETERS.join(" ")}`));
  write("etc/fstab", [`UUID=${rootId} / ext4 rw,discard,errors=remount-ro 0 0`]);
  write("etc/hostname", ["localhost"]);
  write("etc/hosts", ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]);
  write("etc/default/locale", ["LANG=C.UTF-8"]);
  write("etc/cloud/cloud.cfg.d/01_image.cfg", [
    "datasource_list: [NoCloud, None]",
    "system_info: {network: {renderers: [networkd]}}",
    ...Object.entries(STAGES).map(([stage, modules]) => `cloud_${stage}_modules: [${modules.join(", ")}]`),
  ]);
  write(
    "etc/modprobe.d/image.conf",
    BLACKLIST.map((name) => `blacklist ${name}`),
  );
  for (const [target, units] of Object.entries(DISABLED)) {
    for (const unit of units) rmSync(join(rootfs, "etc/systemd/system", `${target}.wants`, unit));
  }
  for (const unit of MASKED) mask(rootfs, `system/${unit}`);
  for (const name of GENERATORS) mask(rootfs, `system-generators/${name}`);
  const triggers = [SUBSYSTEMS.map((name) => `--subsystem-match=${name}`).join(" "), "--subsystem-match=tty --sysname-match=ttyS0"];
  write("etc/systemd/system/systemd-udev-trigger.service.d/image.conf", [
    "[Service]",
    "ExecStart=",
    ...triggers.map((options) => `ExecStart=udevadm trigger --action=add ${options}`),
  ]);
  enable(rootfs, "multi-user.target", "cloud-init.target");
  enable(rootfs, "multi-user.target", "systemd-networkd.service");
  enable(rootfs, "network-online.target", "systemd-networkd-wait-online.service");
  // Where the NAT networks of QEMU and of VirtualBox have their name server.
  rmSync(join(rootfs, "etc/resolv.conf"), { force: true });
  write("etc/resolv.conf", ["nameserver 10.0.2.3"]);
}

/** What systemd finds in /etc goes before what packages have. */
function mask(rootfs, path) {
  mkdirSync(join(rootfs, "etc/systemd", path, ".."), { recursive: true });
  symlinkSync("/dev/null", join(rootfs, "etc/systemd", path));
}

function enable(rootfs, target, unit) {
  const wants = join(rootfs, "etc/systemd/system", `${target}.wants`);
  mkdirSync(wants, { recursive: true });
  symlinkSync(join("/lib/systemd/system", unit), join(wants, unit));
}
