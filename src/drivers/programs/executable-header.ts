import { open } from "node:fs/promises";
import type { ProgramPlatform } from "./asset-names.js";

/** What the beginning of a program tells: the computers it is for. A script is for any but Windows. */
export interface ExecutableHeader {
  /** In Node's words. */
  readonly os: string;
  /** In Node's words; `any` for a script and for what holds several. */
  readonly arch: string;
}

const HEADER_BYTES = 4096;
/** `e_machine` of ELF. */
const ELF_MACHINES: ReadonlyMap<number, string> = new Map([
  [3, "ia32"],
  [40, "arm"],
  [62, "x64"],
  [183, "arm64"],
  [22, "s390x"],
  [21, "ppc64"],
  [243, "riscv64"],
]);
/** `cputype` of Mach-O. */
const MACH_MACHINES: ReadonlyMap<number, string> = new Map([
  [0x0100_0007, "x64"],
  [0x0100_000c, "arm64"],
]);
/** `Machine` of PE. */
const PE_MACHINES: ReadonlyMap<number, string> = new Map([
  [0x8664, "x64"],
  [0xaa64, "arm64"],
  [0x014c, "ia32"],
]);
/** `EI_OSABI` of ELF. */
const ELF_FREEBSD = 9;
const PE_OFFSET_AT = 0x3c;

/** Reads which computers a program is for from its header: ELF, Mach-O, PE or a script's first line. Absent if it is no program. */
export async function readExecutableHeader(path: string): Promise<ExecutableHeader | undefined> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return elf(buffer) ?? mach(buffer) ?? pe(buffer) ?? script(buffer);
  } finally {
    await file.close();
  }
}

/** Whether a program runs on a computer, or is emulated by its system: x64 on arm64 by Rosetta and by Windows 11. */
export function runsOn({ os, arch }: ExecutableHeader, platform: ProgramPlatform): boolean {
  if (os !== platform.os && !(os === "unix" && platform.os !== "win32")) return false;
  return arch === "any" || arch === platform.arch || (arch === "x64" && emulatesX64(platform));
}

/** Whether the computer's system runs programs for x64 though it has another processor. */
export function emulatesX64({ os, arch }: ProgramPlatform): boolean {
  return arch === "arm64" && (os === "darwin" || os === "win32");
}

function elf(header: Buffer): ExecutableHeader | undefined {
  if (header.toString("latin1", 0, 4) !== "\u007fELF") return undefined;
  const isBigEndian = header[5] === 2;
  const machine = isBigEndian ? header.readUInt16BE(18) : header.readUInt16LE(18);
  return { os: header[7] === ELF_FREEBSD ? "freebsd" : "linux", arch: ELF_MACHINES.get(machine) ?? `machine ${machine}` };
}

function mach(header: Buffer): ExecutableHeader | undefined {
  const magic = header.readUInt32BE(0);
  // Java's classes begin as universal programs do, but go on with a version, which is a larger number than a count of processors.
  if (magic === 0xcafe_babe && header.readUInt32BE(4) < 20) return { os: "darwin", arch: "any" };
  if (magic !== 0xcffa_edfe) return undefined;
  const type = header.readUInt32LE(4);
  return { os: "darwin", arch: MACH_MACHINES.get(type) ?? `processor ${type}` };
}

function pe(header: Buffer): ExecutableHeader | undefined {
  const at = header.readUInt32LE(PE_OFFSET_AT);
  if (header.toString("latin1", 0, 2) !== "MZ" || at > HEADER_BYTES - 6 || header.toString("latin1", at, at + 4) !== "PE\0\0")
    return undefined;
  const machine = header.readUInt16LE(at + 4);
  return { os: "win32", arch: PE_MACHINES.get(machine) ?? `machine ${machine}` };
}

function script(header: Buffer): ExecutableHeader | undefined {
  return header.toString("latin1", 0, 2) === "#!" ? { os: "unix", arch: "any" } : undefined;
}
