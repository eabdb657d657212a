import { existsSync } from "node:fs";
import { mountInQemu } from "../guest/mount.ts";
import { ApiError, ArgumentProblem, type CallSite, SyntaxProblem } from "../model/errors.ts";
import type { Attached, Machine } from "../model/machine.ts";
import { openMedium } from "../model/media.ts";
import { isGiven, lastValue, optionForms, readBoolean, readOptions } from "../model/options.ts";
import { findMachine, isOnline, requireMutable, requireUnlocked } from "../model/service.ts";
import type { ServiceState } from "../model/service-state.ts";
import { busOf, checkPlace, controllerOf, controllerTypeOf, newController, setPorts } from "../model/storage.ts";
import type { Command } from "./command.ts";

const FILE = "VBoxManageStorageController.cpp";
const site = (call: string, line: number): CallSite => ({ call, line, file: FILE });
const ATTACH_OPTIONS = [
  ...[
    "--storagectl",
    "--port",
    "--device",
    "--type",
    "--medium",
    "--mtype",
    "--passthrough",
    "--tempeject",
    "--nonrotational",
    "--discard",
  ],
  ...["--hotpluggable", "--bandwidthgroup", "--comment", "--setuuid", "--setparentuuid", "--server", "--target", "--lun"],
];

/** `VBoxManage storagectl`. */
export const storageController: Command = async ({ service, args }) => {
  const [wanted, ...words] = args;
  const text = ["--name", "--add", "--controller", "--portcount", "--hostiocache", "--bootable", "--rename", "--sataportcount"];
  const line = readOptions(words, optionForms({ text, nothing: ["--remove"] }));
  const name = lastValue(line, "--name");
  if (wanted === undefined) throw new SyntaxProblem("Too few parameters");
  if (name === undefined) throw new SyntaxProblem("Storage controller name not specified");
  await service.change((state) => {
    const machine = findMachine(state, wanted, site("FindMachine(Bstr(a->argv[0]).raw(), machine.asOutParam())", 1042));
    requireUnlocked(machine, site("LockMachine(a->session, LockType_Write)", 1048));
    requireMutable(machine, site("AddStorageController(…)", 1100));
    if (isGiven(line, "--remove")) {
      machine.controllers = machine.controllers.filter((one) => one !== controllerOf(machine, name));
      return;
    }
    const added = lastValue(line, "--add");
    if (added !== undefined) add(machine, name, added);
    const controller = controllerOf(machine, name);
    const type = lastValue(line, "--controller");
    if (type !== undefined) controller.type = checkedType(type);
    const ports = lastValue(line, "--portcount", "--sataportcount");
    if (ports !== undefined) setPorts(controller, Number(ports));
    const cache = lastValue(line, "--hostiocache");
    if (cache !== undefined) controller.usesHostCache = readBoolean(cache);
    const bootable = lastValue(line, "--bootable");
    if (bootable !== undefined) controller.isBootable = readBoolean(bootable);
    controller.name = lastValue(line, "--rename") ?? controller.name;
  });
};

function add(machine: Machine, name: string, word: string): void {
  const bus = busOf(word);
  if (bus === undefined) throw new ArgumentProblem(`Invalid --add argument '${word}'`, 1);
  const call = site("AddStorageController(Bstr(pszCtl).raw(), StorageBus, ctl.asOutParam())", 1096);
  if (machine.controllers.some((one) => one.name === name)) {
    throw new ApiError("VBOX_E_OBJECT_IN_USE", "SessionMachine", `Storage controller named '${name}' already exists`, { site: call });
  }
  if (machine.controllers.some((one) => one.bus === bus)) {
    throw new ApiError("E_INVALIDARG", "SessionMachine", "Too many storage controllers of this type", { site: call });
  }
  machine.controllers.push(newController(name, bus));
}

function checkedType(word: string): string {
  const found = controllerTypeOf(word);
  if (found === undefined) throw new ArgumentProblem(`Invalid --type argument '${word}'`, 1);
  return found.type;
}

/** `VBoxManage storageattach`. A running machine's drives take another disc; its disks stay. */
export const storageAttach: Command = async ({ service, args }) => {
  const [wanted, ...words] = args;
  const line = readOptions(words, optionForms({ text: ATTACH_OPTIONS, nothing: ["--forceunmount"] }));
  const name = lastValue(line, "--storagectl");
  if (wanted === undefined) throw new SyntaxProblem("Too few parameters");
  if (name === undefined) throw new SyntaxProblem("Storage controller name not specified");
  const place = { port: Number(lastValue(line, "--port") ?? 0), device: Number(lastValue(line, "--device") ?? 0) };
  const change = await service.change((state) => {
    const machine = findMachine(state, wanted, site("FindMachine(Bstr(a->argv[0]).raw(), machine.asOutParam())", 226));
    if (machine.session?.kind === "write") requireUnlocked(machine, site("LockMachine(a->session, LockType_Shared)", 241));
    if (machine.state === "saved") requireMutable(machine, site("AttachDevice(…)", 500));
    const controller = controllerOf(machine, name);
    checkPlace(controller, place.port, place.device);
    const drive = controller.attached.find((one) => one.port === place.port && one.device === place.device);
    const medium = lastValue(line, "--medium");
    if (medium === undefined) {
      if (drive === undefined && lastValue(line, "--type") === undefined) throw new SyntaxProblem("Missing --medium argument");
      return undefined;
    }
    const next = nextAttachment(state, { place, drive, medium, type: lastValue(line, "--type"), machine });
    controller.attached = controller.attached.filter((one) => one !== drive);
    if (next !== undefined) controller.attached.push(next);
    controller.attached.sort((one, other) => one.port - other.port || one.device - other.device);
    const location = state.media.find(({ id }) => id === next?.medium)?.location;
    return isOnline(machine) ? { machine, place: { controller: controller.name, ...place }, location } : undefined;
  });
  if (change !== undefined) await mountInQemu(service.home, change);
};

interface Wish {
  readonly place: { readonly port: number; readonly device: number };
  readonly drive: Attached | undefined;
  readonly medium: string;
  readonly type: string | undefined;
  readonly machine: Machine;
}

function nextAttachment(state: ServiceState, wish: Wish): Attached | undefined {
  const { place, drive, medium } = wish;
  if (isOnline(wish.machine) && (medium === "none" || drive === undefined || drive.kind === "hdd")) {
    const text = "Invalid machine state: Running";
    throw new ApiError("VBOX_E_INVALID_VM_STATE", "SessionMachine", text, { site: site("AttachDevice(…)", 500) });
  }
  if (medium === "none") {
    if (drive !== undefined) return undefined;
    const text = `No storage device attached to device slot ${place.device} on port ${place.port} of controller`;
    throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "SessionMachine", text, {
      site: site("DetachDevice(Bstr(pszCtl).raw(), port, device)", 374),
    });
  }
  const kind = kindOf(wish.type) ?? drive?.kind;
  if (medium === "emptydrive") {
    if (kind === undefined || kind === "hdd")
      throw new ArgumentProblem("For setting an empty drive, '--type' must be 'dvddrive' or 'fdd'", 1);
    return { ...place, kind };
  }
  if (kind === undefined) throw new ArgumentProblem("Argument --type must be specified", 1);
  if (medium === "additions") throw new ArgumentProblem("Cannot find the Guest Additions ISO image", 1);
  const opened = openMedium(state, medium, kind);
  if (!existsSync(opened.location))
    throw new ApiError("VBOX_E_FILE_ERROR", "Medium", `Could not find file for the medium '${opened.location}' (VERR_FILE_NOT_FOUND)`);
  requireFree(wish.machine, opened, drive);
  return { ...place, kind, medium: opened.id };
}

/**
 * Medium::i_addBackReference: a disk is at one place of a machine's current state. Another machine may name it too, as long as only
 * one of them runs (manual, "Special Image Write Modes").
 */
function requireFree(machine: Machine, medium: { id: string; location: string }, drive: Attached | undefined): void {
  const holder = machine.controllers.flatMap(({ attached }) => attached).find((one) => one.medium === medium.id && one !== drive);
  if (holder === undefined || holder.kind !== "hdd") return;
  const text = `Cannot attach medium '${medium.location}' {${medium.id}}: medium is already associated with the current state of machine uuid {${machine.id}}!`;
  throw new ApiError("VBOX_E_OBJECT_IN_USE", "Medium", text);
}

function kindOf(type: string | undefined): Attached["kind"] | undefined {
  if (type === undefined) return undefined;
  if (type === "hdd" || type === "dvddrive" || type === "fdd") return type;
  throw new ArgumentProblem(`Invalid --type argument '${type}'`, 1);
}
