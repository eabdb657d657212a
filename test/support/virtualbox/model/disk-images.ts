import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readSync, renameSync, writeSync } from "node:fs";

/** What an image file says of itself. */
export interface ImageFacts {
  readonly format: string;
  readonly capacity: number;
  readonly id: string | undefined;
}

/** Where a VDI's header has the image's UUID (VDIHEADER1.uuidCreate, VDICore.h). */
const VDI_UUID_AT = 0x188;
/** VirtualBox's name of a format → QEMU's. */
const QEMU_FORMATS: Readonly<Record<string, string>> = { VDI: "vdi", VMDK: "vmdk", VHD: "vpc", RAW: "raw" };

/** QEMU's name of a VirtualBox format; undefined for one that the stand-in can't write. */
export function qemuFormat(format: string): string | undefined {
  return QEMU_FORMATS[format.toUpperCase()];
}

/** Reads an image's format, capacity and UUID. */
export function readImage(path: string): ImageFacts {
  const { stdout, status, stderr } = spawnSync("qemu-img", ["info", "--force-share", "--output=json", path], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr.trim());
  const facts = JSON.parse(stdout) as { format: string; "virtual-size": number };
  const [format] = Object.entries(QEMU_FORMATS).find(([, name]) => name === facts.format) ?? [facts.format.toUpperCase()];
  return { format, capacity: facts["virtual-size"], id: format === "VDI" ? readVdiId(path) : undefined };
}

function readVdiId(path: string): string {
  const bytes = Buffer.alloc(16);
  const file = openSync(path, "r");
  readSync(file, bytes, 0, 16, VDI_UUID_AT);
  closeSync(file);
  // RTUUID keeps its first three fields little-endian.
  const fields = [
    bytes.readUInt32LE(0).toString(16).padStart(8, "0"),
    ...[4, 6].map((at) => bytes.readUInt16LE(at).toString(16).padStart(4, "0")),
  ];
  return [...fields, bytes.toString("hex", 8, 10), bytes.toString("hex", 10)].join("-");
}

/** Gives a VDI another UUID. */
export function writeVdiId(path: string, id: string): void {
  const plain = Buffer.from(id.replaceAll("-", ""), "hex");
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(plain.readUInt32BE(0), 0);
  for (const at of [4, 6]) bytes.writeUInt16LE(plain.readUInt16BE(at), at);
  plain.copy(bytes, 8, 8);
  const file = openSync(path, "r+");
  writeSync(file, bytes, 0, 16, VDI_UUID_AT);
  closeSync(file);
}

/** Makes an empty image. */
export async function createImage(path: string, image: { format: string; capacity: number; isFixed: boolean }): Promise<void> {
  const options = image.isFixed && image.format === "VDI" ? ["-o", "static=on"] : [];
  await qemuImage(["create", "-q", "-f", qemuFormat(image.format) ?? "raw", ...options, path, String(image.capacity)]);
}

/** Copies an image into another format, or over an `existing` one. */
export async function convertImage(
  from: string,
  to: string,
  how: { from: string; to: string; isExisting?: boolean; isFixed?: boolean },
): Promise<void> {
  const target = how.isExisting === true ? ["-n"] : [];
  const options = how.isFixed === true && how.to === "VDI" ? ["-o", "static=on"] : [];
  const formats = ["-f", qemuFormat(how.from) ?? "raw", "-O", qemuFormat(how.to) ?? "raw"];
  await qemuImage(["convert", "-q", ...target, ...formats, ...options, from, to]);
}

/** Grows an image; VDI through a copy, since QEMU can't grow one in place. */
export async function growImage(path: string, format: string, capacity: number): Promise<void> {
  if (format !== "VDI") return qemuImage(["resize", "-q", "-f", qemuFormat(format) ?? "raw", path, String(capacity)]);
  const id = readVdiId(path);
  const grown = `${path}.grown`;
  await createImage(grown, { format, capacity, isFixed: false });
  await convertImage(path, grown, { from: format, to: format, isExisting: true });
  writeVdiId(grown, id);
  renameSync(grown, path);
}

function qemuImage(args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn("qemu-img", args, { stdio: ["ignore", "ignore", "pipe"] });
    let problem = "";
    child.stderr.on("data", (chunk) => (problem += String(chunk)));
    child.on("error", fail);
    child.on("close", (code) => (code === 0 ? done() : fail(new Error(`qemu-img ${args.join(" ")}: ${problem}`))));
  });
}
