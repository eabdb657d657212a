import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readExecutableHeader, runsOn } from "../../../src/drivers/programs/executable-header.js";
import { scratchDirectory } from "../../support/scratch-directory.js";

/** An ELF header with its OS and machine. */
function elf(os: number, machine: number): Buffer {
  return Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, os, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, machine, 0]);
}

function pe(machine: number): Buffer {
  const header = Buffer.alloc(0x88);
  header.write("MZ", 0);
  header.writeUInt32LE(0x80, 0x3c);
  header.write("PE\0\0", 0x80);
  header.writeUInt16LE(machine, 0x84);
  return header;
}

test.each([
  ["ELF for x64", elf(0, 62), { os: "linux", arch: "x64" }],
  ["ELF for arm64", elf(3, 183), { os: "linux", arch: "arm64" }],
  ["ELF for FreeBSD", elf(9, 62), { os: "freebsd", arch: "x64" }],
  ["ELF for what nobody knows", elf(0, 99), { os: "linux", arch: "machine 99" }],
  ["Mach-O for x64", Buffer.from("cffaedfe07000001", "hex"), { os: "darwin", arch: "x64" }],
  ["Mach-O for arm64", Buffer.from("cffaedfe0c000001", "hex"), { os: "darwin", arch: "arm64" }],
  ["Mach-O for several", Buffer.from("cafebabe00000002", "hex"), { os: "darwin", arch: "any" }],
  ["PE for x64", pe(0x8664), { os: "win32", arch: "x64" }],
  ["a script", Buffer.from("#!/bin/sh\n"), { os: "unix", arch: "any" }],
  ["a Java class", Buffer.from("cafebabe00000041", "hex"), undefined],
  ["a web page", Buffer.from("<html>"), undefined],
  ["nothing", Buffer.alloc(0), undefined],
])("%s is told by its header", async (_, content, expected) => {
  const file = join(await scratchDirectory(), "program");
  await writeFile(file, content);
  expect(await readExecutableHeader(file)).toEqual(expected);
});

test("a program runs on its own computers, and where it is emulated", async () => {
  const linux = { os: "linux", arch: "x64" };
  const mac = { os: "darwin", arch: "arm64" };
  expect(runsOn({ os: "linux", arch: "x64" }, linux)).toBe(true);
  expect(runsOn({ os: "linux", arch: "arm64" }, linux)).toBe(false);
  expect(runsOn({ os: "darwin", arch: "x64" }, linux)).toBe(false);
  expect(runsOn({ os: "darwin", arch: "x64" }, mac)).toBe(true);
  expect(runsOn({ os: "darwin", arch: "any" }, mac)).toBe(true);
  expect(runsOn({ os: "linux", arch: "x64" }, { os: "linux", arch: "arm64" })).toBe(false);
  expect(runsOn({ os: "unix", arch: "any" }, mac)).toBe(true);
  expect(runsOn({ os: "unix", arch: "any" }, { os: "win32", arch: "x64" })).toBe(false);
});
