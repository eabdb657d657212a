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
  if (from === undefined || to === undefined) throw new SyntaxProblem("Incorrect number of parameters");
  if (extra !== undefined || (from !== "stdin" && bytes !== undefined)) throw new SyntaxProblem("Incorrect number of parameters");
  const format = (lastValue(line, "--format", "-format") ?? "VDI").toUpperCase();
  const isFixed = lastValue(line, "--variant", "-variant")?.toLowerCase().includes("fixed") === true;
  const location = resolve(extname(to) === "" ? `${to}.${format.toLowerCase()}` : to);
  print(`Converting from raw image file="${from}" to file="${to}"...`);
  if (from === "stdin" && bytes === undefined) throw new SyntaxProblem("Incorrect number of parameters");
  if (from !== "stdin" && !existsSync(from)) throw new ArgumentProblem(`Cannot open file "${from}": VERR_FILE_NOT_FOUND`, 1);
  const size = from === "stdin" ? Number(bytes) : statSync(from).size;
  if (qemuFormat(format) === undefined) throw new ArgumentProblem(`Cannot create the virtual disk container: VERR_NOT_SUPPORTED`, 1);
  print(`Creating ${isFixed ? "fixed" : "dynamic"} image with size ${size} bytes (${Math.ceil(size / 2 ** 20)}MB)...`);
  if (existsSync(location)) throw new ArgumentProblem(`Cannot create the disk image "${to}": VERR_ALREADY_EXISTS`, 1);
  const raw = from === "stdin" ? `${location}.raw` : resolve(from);
  try {
    if (from === "stdin") {
      await pipeline(process.stdin, createWriteStream(raw));
      truncateSync(raw, size);
    }
    await convertImage(raw, location, { from: "RAW", to: format, isFixed });
  } finally {
    if (from === "stdin") rmSync(raw, { force: true });
  }
  const id = lastValue(line, "--uuid");
  if (id !== undefined && format === "VDI") writeVdiId(location, id);
};
