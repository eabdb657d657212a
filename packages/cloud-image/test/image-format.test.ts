import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readImageFormat } from "../src/image-format.js";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "image-format-"));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe("an image that stands alone is recognised by its content", () => {
  test.each<[string, Buffer]>([
    ["qcow2", qcow2()],
    ["qcow2", qcow2({ version: 2 })],
    ["qcow2", qcow2({ extension: 0x6803f857 })],
    ["vmdk", vmdk()],
    ["vdi", vdi(1)],
    ["vpc", vhd(3)],
    ["raw", mbr()],
    ["raw", gpt(512)],
    ["raw", gpt(4096)],
  ])("%s", async (format, content) => {
    await expect(formatOf(content)).resolves.toBe(format);
  });
});

describe("an image that names other files of this computer is refused", () => {
  test.each<[string, Buffer, string]>([
    ["qcow2 with a backing file", qcow2({ backingOffset: 512n }), "names a backing file"],
    ["qcow2 of version 2 with a backing file", qcow2({ version: 2, backingOffset: 72n }), "names a backing file"],
    ["qcow2 with a far backing file", qcow2({ backingOffset: 1n << 40n }), "names a backing file"],
    ["qcow2 with its data elsewhere", qcow2({ features: 4n }), "keeps its data in another file"],
    ["qcow2 that only names a data file", qcow2({ extension: 0x44415441 }), "keeps its data in another file"],
    ["the description of a VMDK disk", Buffer.from('# Disk DescriptorFile\nRW 1 FLAT "/etc/shadow" 0\n'), "only the description"],
    ["VMDK with a parent", vmdk({ description: vmdkText().replace("ffffffff", "12345678") }), "does not stand alone"],
    [
      "VMDK whose data is elsewhere",
      vmdk({ description: vmdkText().replace("monolithicSparse", "monolithicFlat") }),
      "does not stand alone",
    ],
    ["VMDK of several files", vmdk({ description: `${vmdkText()}RW 1 FLAT "/etc/shadow" 0\n` }), "does not stand alone"],
    ["VMDK that is only a description", vmdk({ capacity: 0n }), "does not stand alone"],
    ["VDI that is a difference", vdi(4), "differences"],
    ["VHD that is a difference", vhd(4), "differences"],
  ])("%s", async (_case, content, problem) => {
    await expect(formatOf(content)).rejects.toMatchObject({ code: "IMAGE_UNSAFE", message: expect.stringContaining(problem) });
  });
});

describe("what can't be booted is refused, and told", () => {
  test.each<[string, Buffer, string]>([
    ["nothing", Buffer.alloc(0), "no disk image"],
    ["a text", Buffer.from("<!doctype html>"), "no disk image"],
    ["a boot sector without partitions", mbr(0), "no disk image"],
    ["an ISO, hybrid or not", iso(), "is a CD"],
    ["a packed image", Buffer.from([0x1f, 0x8b, 8, 0]), "packed with gzip"],
    ["xz", Buffer.from("fd377a585a00", "hex"), "packed with xz"],
    ["the first qcow", qcow2({ version: 1 }), "qcow2 of version 1"],
    ["an encrypted image", qcow2({ encryption: 2 }), "encrypted"],
  ])("%s", async (_case, content, problem) => {
    await expect(formatOf(content)).rejects.toMatchObject({ code: "IMAGE_FORMAT_UNSUPPORTED", message: expect.stringContaining(problem) });
  });
});

async function formatOf(content: Buffer): Promise<string> {
  const path = join(directory, `${Math.random()}.img`);
  await writeFile(path, content);
  return await readImageFormat(path, "mine");
}

interface Qcow2Header {
  readonly version?: number;
  readonly backingOffset?: bigint;
  readonly features?: bigint;
  readonly encryption?: number;
  readonly extension?: number;
}

function qcow2({ version = 3, backingOffset = 0n, features = 0n, encryption = 0, extension = 0 }: Qcow2Header = {}): Buffer {
  const header = Buffer.alloc(1024);
  header.write("QFI\xfb", "latin1");
  header.writeUInt32BE(version, 4);
  header.writeBigUInt64BE(backingOffset, 8);
  header.writeUInt32BE(encryption, 32);
  if (version === 3) {
    header.writeBigUInt64BE(features, 72);
    header.writeUInt32BE(104, 100);
    // An extension of another kind first, of a length that is padded.
    header.writeUInt32BE(0x6803f857, 104);
    header.writeUInt32BE(5, 108);
    header.writeUInt32BE(extension, 120);
    header.writeUInt32BE(extension === 0 ? 0 : 8, 124);
  }
  return header;
}

function vmdkText(): string {
  return '# Disk DescriptorFile\nversion=1\nCID=01234567\nparentCID=ffffffff\ncreateType="monolithicSparse"\nRW 2048 SPARSE "x.vmdk"\n';
}

function vmdk({ description = vmdkText(), capacity = 2048n } = {}): Buffer {
  const file = Buffer.alloc(4096);
  file.write("KDMV");
  file.writeBigUInt64LE(capacity, 12);
  file.writeBigUInt64LE(1n, 28);
  file.writeBigUInt64LE(2n, 36);
  file.write(description, 512);
  return file;
}

function vdi(type: number): Buffer {
  const file = Buffer.alloc(1024);
  file.write("<<< Oracle VM VirtualBox Disk Image >>>\n");
  file.writeUInt32LE(0xbeda107f, 64);
  file.writeUInt32LE(type, 76);
  return file;
}

function vhd(type: number): Buffer {
  const file = Buffer.alloc(2048);
  file.write("conectix", 1536);
  file.writeUInt32BE(type, 1536 + 60);
  return file;
}

function mbr(type = 0x83): Buffer {
  const file = Buffer.alloc(1024);
  file[446 + 4] = type;
  file.writeUInt16BE(0x55aa, 510);
  return file;
}

function gpt(sector: number): Buffer {
  const file = Buffer.alloc(3 * sector);
  file.write("EFI PART", sector);
  return file;
}

function iso(): Buffer {
  const file = Buffer.concat([mbr(), Buffer.alloc(40_000)]);
  file.write("CD001", 0x8001);
  return file;
}
