import { createWriteStream, existsSync, rmSync, statSync, truncateSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { convertImage, qemuFormat, writeVdiId } from "../model/disk-images.ts";
import { ArgumentProblem, SyntaxProblem } from "../model/errors.ts";
import { lastValue, optionForms, readOptions } from "../model/options.ts";
import type { Command } from "./command.ts";

/** `VBoxManage convertfromraw FILE OUT`, or `stdin OUT BYTES`; it registers nothing (handleConvertFromRaw in VBoxManageDisk.cpp). */
export const convertFromRaw: Command = async ({ args, print }) => {
  const line = readOptions(args, optionForms({ text: ["--format", "-format", "--variant", "-variant", "--uuid"] }));
  const [from, to, bytes, extra] = line.operands;
  const isPiped = from === "stdin";
  if (from === undefined || to === undefined || extra !== undefined || isPiped !== (bytes !== undefined)) {
    throw new SyntaxProblem("Incorrect number of parameters");
  }
  const format = (lastValue(line, "--format", "-format") ?? "VDI").toUpperCase();
  const isFixed = lastValue(line, "--variant", "-variant")?.toLowerCase().includes("fixed") === true;
  const location = resolve(extname(to) === "" ? `${to}.${format.toLowerCase()}` : to);
  print(`Converting from raw image file="${from}" to file="${to}"...`);
  const size = isPiped ? Number(bytes) : sizeOf(from);
  requireNew(format, to, location);
  print(`Creating ${isFixed ? "fixed" : "dynamic"} image with size ${size} bytes (${Math.ceil(size / 2 ** 20)}MB)...`);
  const raw = isPiped ? `${location}.raw` : resolve(from);
  try {
    if (isPiped) {
      await pipeline(process.stdin, createWriteStream(raw));
      truncateSync(raw, size);
    }
    await convertImage(raw, location, { from: "RAW", to: format, isFixed });
  } finally {
    if (isPiped) rmSync(raw, { force: true });
  }
  const id = lastValue(line, "--uuid");
  if (id !== undefined && format === "VDI") writeVdiId(location, id);
};

function sizeOf(file: string): number {
  if (!existsSync(file)) throw new ArgumentProblem(`Cannot open file "${file}": VERR_FILE_NOT_FOUND`, 1);
  return statSync(file).size;
}

function requireNew(format: string, written: string, location: string): void {
  if (qemuFormat(format) === undefined) throw new ArgumentProblem(`Cannot create the disk image "${written}": VERR_NOT_SUPPORTED`, 1);
  if (existsSync(location)) throw new ArgumentProblem(`Cannot create the disk image "${written}": VERR_ALREADY_EXISTS`, 1);
}
