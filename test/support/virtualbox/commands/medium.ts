import { existsSync, rmSync } from "node:fs";
import { extname, resolve } from "node:path";
import { convertImage, createImage, growImage, qemuFormat, readImage, writeVdiId } from "../model/disk-images.ts";
import { ApiError, ArgumentProblem, type CallSite, SyntaxProblem } from "../model/errors.ts";
import { knownMedium, newMedium, openMedium, registerMedium, requireClosable, requireDeletable, requireWritable } from "../model/media.ts";
import { type CommandLine, isGiven, lastValue, optionForms, readOptions } from "../model/options.ts";
import { usersOf } from "../model/service.ts";
import type { Medium, ServiceState } from "../model/service-state.ts";
import { mediumLines } from "../render/medium-information.ts";
import { type Command, WHOLE_PROGRESS } from "./command.ts";

const FILE = "VBoxManageDisk.cpp";
const site = (call: string, line: number): CallSite => ({ call, line, file: FILE });
const KINDS: Readonly<Record<string, Medium["kind"]>> = { disk: "hdd", dvd: "dvddrive", floppy: "fdd" };

/** Commands take an optional `disk|dvd|floppy` first. */
function takeKind(args: readonly string[]): { kind: Medium["kind"]; words: readonly string[] } {
  const kind = KINDS[args[0] ?? ""];
  return kind === undefined ? { kind: "hdd", words: args } : { kind, words: args.slice(1) };
}

/** A new image's format and place: `--format`, else VDI; without an extension it gets the format's. */
function target(line: CommandLine, file: string, fallback = "VDI"): { format: string; location: string; isFixed: boolean } {
  const format = (lastValue(line, "--format", "-format") ?? fallback).toUpperCase();
  if (qemuFormat(format) === undefined)
    throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "VirtualBox", `Invalid medium storage format '${format}'`);
  const location = resolve(extname(file) === "" ? `${file}.${format.toLowerCase()}` : file);
  return { format, location, isFixed: lastValue(line, "--variant", "-variant")?.toLowerCase().includes("fixed") === true };
}

/** Medium::createBaseStorage refuses to write over a file. */
function requireAbsent(location: string, format: string, what: string): void {
  if (!existsSync(location)) return;
  const text = `Could not create the medium storage unit '${location}'.\n${format}: cannot create image '${location}' (VERR_ALREADY_EXISTS)`;
  throw new ApiError("VBOX_E_FILE_ERROR", "Medium", text, {
    before: `Failed to ${what} medium`,
    site: site("RTEXITCODE handleCreateMedium(HandlerArg*)", 450),
  });
}

/** `VBoxManage createmedium [disk] --filename … --size MB|--sizebyte N`. */
export const createMedium: Command = async ({ service, args, print, printError }) => {
  const { kind, words } = takeKind(args);
  const text = ["--filename", "-filename", "--format", "-format", "--variant", "-variant", "--diffparent", "--property"];
  const line = readOptions(
    words,
    new Map([...optionForms({ text }), ...optionForms({ number: ["--size", "-size", "--sizebyte", "-sizebyte"] })]),
  );
  const file = lastValue(line, "--filename", "-filename");
  if (file === undefined || file === "") throw new SyntaxProblem("Parameters --filename is required");
  const bytes = Number(lastValue(line, "--sizebyte", "-sizebyte") ?? Number(lastValue(line, "--size", "-size") ?? 0) * 2 ** 20);
  if (bytes === 0) throw new SyntaxProblem("Parameters --size is required");
  const { format, location, isFixed } = target(line, file);
  requireAbsent(location, format, "create");
  await createImage(location, { format, capacity: bytes, isFixed });
  const medium = await service.change((state) => register(state, location, { kind, isFixed }));
  printError(WHOLE_PROGRESS);
  print(`Medium created. UUID: ${medium.id}`);
};

function register(state: ServiceState, location: string, what: { kind: Medium["kind"]; isFixed: boolean }): Medium {
  const facts = readImage(location);
  const medium: Medium = {
    ...newMedium(location, what.kind),
    id: facts.id ?? crypto.randomUUID(),
    format: facts.format,
    capacity: facts.capacity,
  };
  medium.variant = what.isFixed ? "fixed" : "dynamic";
  registerMedium(state, medium);
  return medium;
}

/** `VBoxManage closemedium [disk|dvd|floppy] UUID|FILE [--delete]`. */
export const closeMedium: Command = async ({ service, args, printError }) => {
  const { kind, words } = takeKind(args);
  const line = readOptions(words, optionForms({ nothing: ["--delete"] }));
  const [wanted] = line.operands;
  if (wanted === undefined) throw new SyntaxProblem("Medium name or UUID required");
  await service.change((state) => {
    const medium = openMedium(state, wanted, kind);
    if (isGiven(line, "--delete")) {
      requireDeletable(state, medium, site("DeleteStorage(pProgress.asOutParam())", 1830));
      rmSync(medium.location, { force: true });
      printError(WHOLE_PROGRESS);
    }
    requireClosable(state, medium, site("Close()", 1844));
    state.media = state.media.filter((one) => one !== medium);
  });
};

/** `VBoxManage clonemedium [disk] FROM TO [--format …] [--existing]`. */
export const cloneMedium: Command = async ({ service, args, print, printError }) => {
  const { kind, words } = takeKind(args);
  const line = readOptions(
    words,
    optionForms({ text: ["--format", "-format", "--variant", "-variant", "--uuid"], nothing: ["--existing"] }),
  );
  const [from, to] = line.operands;
  if (from === undefined) throw new SyntaxProblem("Mandatory UUID or input file parameter missing");
  if (to === undefined) throw new SyntaxProblem("Mandatory output file parameter missing");
  const source = await service.change((state) => {
    const medium = openMedium(state, from, kind);
    requireWritable(state, medium);
    medium.writer = process.pid;
    return { ...medium };
  });
  const { format, location, isFixed } = target(line, to, source.format);
  const isExisting = isGiven(line, "--existing");
  try {
    if (!isExisting) requireAbsent(location, format, "clone");
    await convertImage(source.location, location, { from: source.format, to: format, isExisting, isFixed });
    const medium = await service.change((state) => knownMedium(state, location) ?? register(state, location, { kind, isFixed }));
    printError(WHOLE_PROGRESS);
    print(`Clone medium created in format '${format}'. UUID: ${medium.id}`);
  } finally {
    await release(service, source.id);
  }
};

/** `VBoxManage modifymedium [disk] UUID|FILE --resize MB|--resizebyte N|--type …|--move …`; disks only grow. */
export const modifyMedium: Command = async ({ service, args, printError }) => {
  const { kind, words } = takeKind(args);
  const text = ["--type", "--autoreset", "--property", "--move", "--setlocation", "--description"];
  const line = readOptions(
    words,
    new Map([...optionForms({ text, nothing: ["--compact"] }), ...optionForms({ number: ["--resize", "--resizebyte"] })]),
  );
  const [wanted] = line.operands;
  if (wanted === undefined) throw new SyntaxProblem("Medium name or UUID required");
  const size = lastValue(line, "--resizebyte") ?? lastValue(line, "--resize");
  const medium = await service.change((state) => {
    const found = openMedium(state, wanted, kind);
    found.type = lastValue(line, "--type")?.toLowerCase() ?? found.type;
    found.location = lastValue(line, "--setlocation") ?? found.location;
    if (size !== undefined) {
      requireWritable(state, found);
      found.writer = process.pid;
    }
    return { ...found };
  });
  if (size === undefined) return;
  const bytes = Number(size) * (isGiven(line, "--resizebyte") ? 1 : 2 ** 20);
  try {
    if (bytes < medium.capacity || medium.format === "VMDK") {
      const code = medium.format === "VMDK" ? "VERR_NOT_SUPPORTED" : "VERR_VD_SHRINK_NOT_SUPPORTED";
      const why =
        medium.format === "VMDK"
          ? "Resize medium operation for this format is not implemented yet!"
          : "Shrinking is not yet supported for medium";
      const problem = `${why}${medium.format === "VMDK" ? "" : ` '${medium.location}' (${code})`}`;
      throw new ApiError("VBOX_E_NOT_SUPPORTED", "Medium", problem, {
        before: "Failed to resize medium",
        site: site("RTEXITCODE handleModifyMedium(HandlerArg*)", 816),
      });
    }
    await growImage(medium.location, medium.format, bytes);
    printError(WHOLE_PROGRESS);
    await service.change((state) => {
      openMedium(state, medium.id, kind).capacity = bytes;
    });
  } finally {
    await release(service, medium.id);
  }
};

function release(service: Parameters<Command>[0]["service"], id: string): Promise<void> {
  return service.change((state) => {
    const medium = knownMedium(state, id);
    if (medium !== undefined) medium.writer = undefined;
  });
}

/** `VBoxManage showmediuminfo [disk|dvd|floppy] UUID|FILE`. */
export const showMedium: Command = async ({ service, args, print }) => {
  const { kind, words } = takeKind(args);
  const [wanted] = words;
  if (wanted === undefined) throw new SyntaxProblem("Medium name or UUID required");
  await service.change((state) => {
    const wasKnown = knownMedium(state, wanted) !== undefined;
    const medium = openMedium(state, wanted, kind);
    for (const text of mediumLines(state, medium, { isLong: true })) print(text);
    if (!wasKnown) state.media = state.media.filter((one) => one !== medium);
  });
};

/** `VBoxManage internalcommands sethduuid FILE [UUID]`. */
export const internalCommands: Command = async ({ service, args, print }) => {
  const [verb, file, id = crypto.randomUUID()] = args;
  if ((verb !== "sethduuid" && verb !== "setvdiuuid") || file === undefined) throw new SyntaxProblem(`Invalid command '${verb}'`);
  if (!existsSync(file)) throw new ArgumentProblem("Format autodetect failed: VERR_FILE_NOT_FOUND", 1);
  await service.change((state) => {
    const known = knownMedium(state, file);
    if (known !== undefined && usersOf(state, known).length > 0) throw new ArgumentProblem("Cannot set a new UUID", 1);
    if (readImage(file).format === "VDI") writeVdiId(resolve(file), id);
    print(`UUID changed to: ${id}`);
  });
};
