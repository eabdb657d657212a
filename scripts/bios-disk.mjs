// A disk that a BIOS boots, made without loop devices. It runs on any Node from 18 on and needs nothing installed before but e2fsprogs, fdisk and grub-pc-bin.
import { closeSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { run } from "./debian-root.mjs";

/** The layout of Debian's images: a boot loader's partition first, and the root file system last, so that it can grow. */
const SECTOR = 512;
const LOADER = { start: 2048, sectors: 6144 };
const ROOT = { start: 8192, sectors: 3 * 2 ** 21 - 8192 - 2048 };
const GRUB = "/usr/lib/grub/i386-pc";
const GRUB_MODULES = ["biosdisk", "part_gpt", "ext2", "linux", "normal", "setpci", "test", "boot"];

/**
 * Writes a sparse file of 3 GB with a GPT, GRUB, and a root file system that holds `rootfs` and whose UUID is `rootId`. GRUB reads /boot/grub/grub.cfg there.
 *
 * @param scratch a folder for what is needed meanwhile
 */
export function writeBiosDisk(path, { rootfs, rootId, scratch }) {
  writeDisk(path, rootfs, rootId);
  makeBootable(path, scratch);
}

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
  run("grub-mkimage", ["-O", "i386-pc", "-d", GRUB, "-p", "(hd0,gpt1)/boot/grub", "-o", core, ...GRUB_MODULES]);
  const bootSector = readFileSync(join(GRUB, "boot.img"));
  bootSector.writeBigUInt64LE(BigInt(LOADER.start), 0x5c);
  const coreBytes = readFileSync(core);
  rmSync(core);
  coreBytes.writeBigUInt64LE(BigInt(LOADER.start + 1), 0x1f4);
  const file = openSync(disk, "r+");
  // The partition table of the boot sector begins at 0x1B8.
  writeSync(file, bootSector, 0, 0x1b8, 0);
  writeSync(file, coreBytes, 0, coreBytes.length, LOADER.start * SECTOR);
  closeSync(file);
}
