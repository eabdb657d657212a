// Builds a Debian cloud image from Debian's packages, or finds it in the cache, and prints its path:
// node scripts/build-vm-image.mjs
// It stands for the images that Debian publishes, where those can't be downloaded: a GPT disk that a BIOS boots, cloud-init, the user `debian`. It has drivers for
// virtio and for what VirtualBox emulates, and Docker
// (which doesn't start at boot), so that a machine is made of it without any network. Next to it is `busybox.tar`, for `docker import`.
// Only for amd64. Needs root, mmdebstrap, e2fsprogs, fdisk, grub-pc-bin and qemu-utils. It runs on any Node from 18 on and needs nothing installed before.
import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "./cache-directory.mjs";
import { buildContainerImage, buildOnce, cacheKey, makeAnonymous, makeRoot, run, suite, trustTheSameAuthorities } from "./debian-root.mjs";

const PACKAGES = [
  "systemd-sysv",
  "systemd-resolved",
  "udev",
  "dbus",
  "linux-image-amd64",
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
/** For mktirfs(8). The root file system is on QEMU's paravirtual disk, or on a SATA or IDE disk. */
const INITRAMFS = ["AUTO_MODULES=no", "MICROCODE=no", "INCLUDE_MODULES=virtio_pci,virtio_blk,ahci,ata_piix,sd_mod,ext4"];
/**
 * Debian's kernel starts AppArmor, whose parser isn't installed: Docker would want it. QEMU's processor without KVM seems to have an unreliable clock,
 * and every look at the slow one that Linux takes instead leaves the guest.
 */
const PARAMETERS = ["apparmor=0", "clocksource=tsc", "tsc=reliable"];
/** Modules that a boot without KVM loads for seconds, and that nothing uses. */
const BLACKLIST = ["aesni_intel", "i2c_i801", "iTCO_wdt", "kvm_amd", "kvm_intel", "lpc_ich", "parport_pc", "pcspkr", "psmouse"];
/** Units that are started at boot by what enables them, and that a machine of some minutes has no use for. */
const DISABLED = {
  "multi-user.target": ["containerd.service", "docker.service", "e2scrub_reap.service"],
  "sysinit.target": ["systemd-pstore.service"],
  "timers.target": ["apt-daily-upgrade.timer", "apt-daily.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer"],
};
/** Files of packages that no test's machine needs. */
const LEFT_OUT = [
  ...["doc", "man", "locale", "i18n"].map((name) => `/usr/share/${name}/*`),
  ...["gpu", "hwmon", "iio", "infiniband", "media", "net/ethernet/mellanox", "net/wireless", "staging"].map(
    (name) => `/lib/modules/*/kernel/drivers/${name}/*`,
  ),
  ...["net/mac80211", "net/wireless", "sound"].map((name) => `/lib/modules/*/kernel/${name}/*`),
];
/** The layout of Debian's images: a boot loader's partition first, and the root file system last, so that it can grow. */
const SECTOR = 512;
const LOADER = { start: 2048, sectors: 6144 };
const ROOT = { start: 8192, sectors: 3 * 2 ** 21 - 8192 - 2048 };
const GRUB = "/usr/lib/grub/i386-pc";

const self = fileURLToPath(import.meta.url);
const folder = join(cacheDirectory(), "vm-images", cacheKey(self));
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
    `--essential-hook=mkdir "$1/etc/tiny-initramfs"; echo '${INITRAMFS.join(";")}' > "$1/etc/tiny-initramfs/tiny-initramfs.conf"`,
    ...LEFT_OUT.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
  ]);
  makeAnonymous(rootfs);
  trustTheSameAuthorities(rootfs);
  const rootId = randomUUID();
  const kernel = readdirSync(join(rootfs, "lib/modules"))[0];
  configure(rootfs, { rootId, kernel });
  const disk = join(directory, "disk.raw");
  writeDisk(disk, rootfs, rootId);
  makeBootable(disk, directory);
  run("qemu-img", ["convert", "-c", "-W", "-m", "4", "-f", "raw", "-O", "qcow2", disk, join(directory, "debian.qcow2")]);
  for (const name of ["rootfs", "disk.raw", "core.img"]) rmSync(join(directory, name), { recursive: true });
  buildContainerImage(directory);
}

/** Files as the tools of Debian's images write them. The user `debian` comes from cloud-init's own configuration. */
function configure(rootfs, { rootId, kernel }) {
  const write = (path, lines) => {
    mkdirSync(join(rootfs, path, ".."), { recursive: true });
    writeFileSync(join(rootfs, path), `${lines.join("\n")}\n`);
  };
  const parameters = `root=UUID=${rootId} ro console=tty0 console=ttyS0,115200 ${PARAMETERS.join(" ")}`;
  write("boot/grub/grub.cfg", [`linux /boot/vmlinuz-${kernel} ${parameters}`, `initrd /boot/initrd.img-${kernel}`, "boot"]);
  write("etc/fstab", [`UUID=${rootId} / ext4 rw,discard,errors=remount-ro 0 0`]);
  write("etc/hostname", ["localhost"]);
  write("etc/hosts", ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]);
  write("etc/default/locale", ["LANG=C.UTF-8"]);
  write("etc/cloud/cloud.cfg.d/01_image.cfg", [
    "datasource_list: [NoCloud, None]",
    "system_info:",
    "  network:",
    "    renderers: [networkd]",
  ]);
  write(
    "etc/modprobe.d/image.conf",
    BLACKLIST.map((name) => `blacklist ${name}`),
  );
  for (const [target, units] of Object.entries(DISABLED)) {
    for (const unit of units) rmSync(join(rootfs, "etc/systemd/system", `${target}.wants`, unit));
  }
  enable(rootfs, "multi-user.target", "systemd-networkd.service");
  enable(rootfs, "network-online.target", "systemd-networkd-wait-online.service");
  rmSync(join(rootfs, "etc/resolv.conf"), { force: true });
  symlinkSync("../run/systemd/resolve/stub-resolv.conf", join(rootfs, "etc/resolv.conf"));
}

function enable(rootfs, target, unit) {
  const wants = join(rootfs, "etc/systemd/system", `${target}.wants`);
  mkdirSync(wants, { recursive: true });
  symlinkSync(join("/lib/systemd/system", unit), join(wants, unit));
}

/** A sparse file with a GPT and a root file system that holds `rootfs`. No loop device is needed. */
function writeDisk(path, rootfs, rootId) {
  closeSync(openSync(path, "wx"));
  truncateSync(path, (ROOT.start + ROOT.sectors + 2048) * SECTOR);
  const layout = [
    "label: gpt",
    `14: start=${LOADER.start}, size=${LOADER.sectors}, type=21686148-6449-6E6F-744E-656564454649`,
    `1: start=${ROOT.start}, size=${ROOT.sectors}, type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709`,
  ];
  run("sfdisk", ["--quiet", "--no-reread", "--no-tell-kernel", path], layout.join("\n"));
  const options = ["-E", `offset=${ROOT.start * SECTOR},lazy_itable_init=1`, "-U", rootId, "-d", rootfs];
  run("mke2fs", ["-q", "-F", "-t", "ext4", "-b", "4096", ...options, path, `${(ROOT.sectors * SECTOR) / 1024}k`]);
}

/**
 * Does what `grub-bios-setup` does, which would need a block device: the boot sector says at 0x5C where the core's first sector is, and that sector's last entry of
 * blocks, at 0x1F4, says where the rest is (GRUB's boot.S and diskboot.S).
 */
function makeBootable(disk, directory) {
  const core = join(directory, "core.img");
  const modules = ["biosdisk", "part_gpt", "ext2", "linux", "normal", "configfile", "boot"];
  run("grub-mkimage", ["-O", "i386-pc", "-d", GRUB, "-p", "(hd0,gpt1)/boot/grub", "-o", core, ...modules]);
  const bootSector = readFileSync(join(GRUB, "boot.img"));
  bootSector.writeBigUInt64LE(BigInt(LOADER.start), 0x5c);
  const coreBytes = readFileSync(core);
  coreBytes.writeBigUInt64LE(BigInt(LOADER.start + 1), 0x1f4);
  const file = openSync(disk, "r+");
  // The partition table of the boot sector begins at 0x1B8.
  writeSync(file, bootSector, 0, 0x1b8, 0);
  writeSync(file, coreBytes, 0, coreBytes.length, LOADER.start * SECTOR);
  closeSync(file);
}
