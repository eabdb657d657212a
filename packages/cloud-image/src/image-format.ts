import { open } from "node:fs/promises";
import { DriverError } from "@docker-machine/driver-sdk";
import type { ImageFormat } from "./cloud-image.js";

/** Enough for every magic number below: an ISO 9660 volume descriptor begins at 32,768. */
const HEAD_LENGTH = 64 * 1024;
const SECTOR = 512;
const QCOW2_MAGIC = "QFI\xfb";
/** Bit 2 of `incompatible_features`: the guest's data lies in another file (QEMU's docs/interop/qcow2.txt). */
const QCOW2_EXTERNAL_DATA = 1n << 2n;
/** The header extension that names that file (the same document). */
const QCOW2_EXTERNAL_DATA_NAME = 0x44415441;
const VDI_MAGIC = 0xbeda107f;
const VHD_COOKIE = "conectix";
const VHD_DIFFERENCING = 4;

const COMPRESSIONS: readonly (readonly [string, string, string])[] = [
  ["\xfd7zXZ\0", "xz", "unxz --keep"],
  ["\x1f\x8b", "gzip", "gunzip --keep"],
  ["\x28\xb5\x2f\xfd", "zstd", "unzstd"],
  ["BZh", "bzip2", "bunzip2 --keep"],
  ["PK\x03\x04", "zip", "unzip"],
];

/**
 * What a disk image is, by its content; its name may say anything.
 * An image that names other files is refused: QEMU would open them with the user's rights, and show them to the guest
 * (QEMU's documentation, "Security", warns of images from others for that reason).
 *
 * @param name as the user knows it, for messages
 * @throws {DriverError} `IMAGE_FORMAT_UNSUPPORTED`, `IMAGE_UNSAFE`
 */
export async function readImageFormat(path: string, name: string): Promise<ImageFormat> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const head = await readAt(file, 0, Math.min(size, HEAD_LENGTH));
    const footer = await readAt(file, Math.max(0, size - SECTOR), Math.min(size, SECTOR));
    return formatOf(head, footer, name, path);
  } finally {
    await file.close();
  }
}

function formatOf(head: Buffer, footer: Buffer, name: string, path: string): ImageFormat {
  const text = head.toString("latin1");
  if (text.startsWith(QCOW2_MAGIC)) return checkedQcow2(head, name);
  if (text.startsWith("KDMV")) return checkedVmdk(head, name);
  if (/^# Disk DescriptorFile/.test(text)) throw unsafe(name, "is only the description of a VMDK disk, whose data lies in other files");
  if (head.length >= 80 && head.readUInt32LE(64) === VDI_MAGIC) return checkedVdi(head, name);
  if (footer.toString("latin1").startsWith(VHD_COOKIE)) return checkedVhd(footer, name);
  const [, compression, command] = COMPRESSIONS.find(([magic]) => text.startsWith(magic)) ?? [];
  if (compression !== undefined) {
    throw unsupported(name, `is packed with ${compression}`, [`Unpack it first, and name the unpacked file: ${command} ${path}`]);
  }
  if (text.slice(0x8001, 0x8006) === "CD001") {
    throw unsupported(name, "is a CD (ISO 9660), perhaps an installer's", [
      "Use the distribution's cloud image: a disk that boots by itself.",
    ]);
  }
  if (hasPartitions(head)) return "raw";
  throw unsupported(name, "is no disk image that is known here", [
    "Known are qcow2, VMDK (in one file), VDI, VHD, and raw disks with a partition table.",
  ]);
}

function checkedQcow2(head: Buffer, name: string): "qcow2" {
  const version = field(head, 4);
  if (version !== 2 && version !== 3)
    throw unsupported(name, `is qcow2 of version ${version}`, ["Convert it: qemu-img convert -O qcow2 OLD NEW"]);
  if (field(head, 8) !== 0 || field(head, 12) !== 0) {
    throw unsafe(name, "names a backing file: a file of this computer that the guest would read", [
      "Make it stand alone: qemu-img convert -O qcow2 OLD NEW",
    ]);
  }
  if (field(head, 32) !== 0) throw unsupported(name, "is an encrypted qcow2 image", ["Decrypt it with qemu-img convert."]);
  const features = version === 3 && head.length >= 104 ? head.readBigUInt64BE(72) : 0n;
  if ((features & QCOW2_EXTERNAL_DATA) !== 0n || namesDataFile(head, version)) {
    throw unsafe(name, "keeps its data in another file of this computer", ["Make it stand alone: qemu-img convert -O qcow2 OLD NEW"]);
  }
  return "qcow2";
}

/** Header extensions follow the header: a type, a length, and data padded to 8 bytes, until a type of zero. */
function namesDataFile(head: Buffer, version: number): boolean {
  let at = version === 2 ? 72 : field(head, 100);
  while (at + 8 <= head.length) {
    const type = head.readUInt32BE(at);
    if (type === 0) return false;
    if (type === QCOW2_EXTERNAL_DATA_NAME) return true;
    at += 8 + Math.ceil(head.readUInt32BE(at + 4) / 8) * 8;
  }
  return false;
}

/** A hosted sparse extent holds its description at an offset told in sectors (VMware's "Virtual Disk Format 1.1"). It must name no other file. */
function checkedVmdk(head: Buffer, name: string): "vmdk" {
  const capacity = head.length >= SECTOR ? head.readBigUInt64LE(12) : 0n;
  const start = head.length >= SECTOR ? Number(head.readBigUInt64LE(28)) * SECTOR : 0;
  const length = head.length >= SECTOR ? Number(head.readBigUInt64LE(36)) * SECTOR : 0;
  const description = head.toString("latin1", start, start + length);
  const extents = description.split("\n").filter((line) => /^(RW|RDONLY|NOACCESS)\s/.test(line));
  const isWhole = capacity > 0n && length > 0 && start + length <= head.length;
  const standsAlone = /^parentCID=ffffffff\s*$/im.test(description) && !/^parentFileNameHint/im.test(description) && extents.length === 1;
  if (!isWhole || !standsAlone || !/^createType="(monolithicSparse|streamOptimized)"\s*$/im.test(description)) {
    throw unsafe(name, "is a VMDK disk that does not stand alone", [
      "Convert it where its other files are: qemu-img convert -O qcow2 OLD.vmdk NEW.qcow2",
    ]);
  }
  return "vmdk";
}

/** Types 1 and 2 stand alone; 3 and 4 are differences to another image (VirtualBox's VDICore.h). */
function checkedVdi(head: Buffer, name: string): "vdi" {
  if (![1, 2].includes(head.readUInt32LE(76))) throw unsafe(name, "is a VDI disk that holds only the differences to another one");
  return "vdi";
}

function checkedVhd(footer: Buffer, name: string): "vpc" {
  if (footer.readUInt32BE(60) === VHD_DIFFERENCING) throw unsafe(name, "is a VHD disk that holds only the differences to another one");
  return "vpc";
}

/** A GPT's header follows the first sector (of 512 or 4096 bytes); an MBR ends in 55 AA and has four entries of 16 bytes, with a type at their byte 4. */
function hasPartitions(head: Buffer): boolean {
  if ([512, 4096].some((sector) => head.toString("latin1", sector, sector + 8) === "EFI PART")) return true;
  if (head.length < SECTOR || head.readUInt16BE(510) !== 0x55aa) return false;
  return [446, 462, 478, 494].some((entry) => head[entry + 4] !== 0);
}

function field(head: Buffer, at: number): number {
  return at + 4 <= head.length ? head.readUInt32BE(at) : 0;
}

async function readAt(file: Awaited<ReturnType<typeof open>>, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function unsupported(name: string, problem: string, suggestions: readonly string[]): DriverError {
  return new DriverError("IMAGE_FORMAT_UNSUPPORTED", `The image ${name} ${problem}.`, { suggestions });
}

function unsafe(
  name: string,
  problem: string,
  suggestions: readonly string[] = ["Convert it: qemu-img convert -O qcow2 OLD NEW"],
): DriverError {
  return new DriverError("IMAGE_UNSAFE", `The image ${name} ${problem}.`, { suggestions });
}
