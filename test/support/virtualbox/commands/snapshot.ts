import { constants, copyFileSync, cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ApiError, type CallSite, SyntaxProblem } from "../model/errors.ts";
import type { Machine, Snapshot } from "../model/machine.ts";
import { lastValue, optionForms, readOptions } from "../model/options.ts";
import { findMachine, isOnline, requireUnlocked } from "../model/service.ts";
import type { ServiceState } from "../model/service-state.ts";
import { snapshotLines } from "../render/vm-information.ts";
import { type Command, WHOLE_PROGRESS } from "./command.ts";

const site = (call: string, line: number): CallSite => ({ call, line, file: "VBoxManageSnapshot.cpp" });

/**
 * `VBoxManage snapshot NAME take|delete|restore|restorecurrent|list`, of a machine that is off or saved; a snapshot keeps whole
 * copies of the disks where VirtualBox keeps differences.
 */
export const snapshot: Command = async ({ service, args, print, printError }) => {
  const [wanted, verb, ...words] = args;
  if (wanted === undefined || verb === undefined) throw new SyntaxProblem("Not enough parameters");
  const line = readOptions(
    words,
    optionForms({
      text: ["--description", "-description", "-d"],
      nothing: ["--live", "--pause", "--machinereadable", "--details", "--uniquename"],
    }),
  );
  const isList = verb === "list";
  await service.change((state) => {
    const machine = findMachine(state, wanted, site("FindMachine(Bstr(a->argv[0]).raw(), pMachine.asOutParam())", 468));
    if (!isList)
      print(
        change(state, machine, { verb, name: line.operands[0], description: lastValue(line, "--description", "-description", "-d") ?? "" }),
      );
    else if (machine.snapshots.length === 0) print("This machine does not have any snapshots");
    else print((words.includes("--machinereadable") ? snapshotLines(machine) : described(machine)).join("\n"));
  });
  if (!isList) printError(WHOLE_PROGRESS);
};

/** Takes, restores or deletes a snapshot, and says so. */
function change(state: ServiceState, machine: Machine, order: { verb: string; name: string | undefined; description: string }): string {
  const { verb, name, description } = order;
  if (isOnline(machine))
    throw new ApiError("VBOX_E_NOT_SUPPORTED", "SessionMachine", "The stand-in takes no snapshots of running machines");
  requireUnlocked(machine, site("LockMachine(a->session, LockType_Shared)", 474));
  const wanted = verb === "restorecurrent" ? (machine.currentSnapshot ?? "") : name;
  if (wanted === undefined) throw new SyntaxProblem("Missing snapshot name");
  if (verb === "take") return `Snapshot taken. UUID: ${take(state, machine, wanted, description)}`;
  const isRestore = verb === "restore" || verb === "restorecurrent";
  if (!isRestore && verb !== "delete") throw new SyntaxProblem(`Invalid parameter '${verb}'`);
  const found = find(machine, wanted);
  if (isRestore) restore(state, machine, found);
  else remove(machine, found);
  return `${isRestore ? "Restoring" : "Deleting"} snapshot '${found.name}' (${found.id})`;
}

function find(machine: Machine, wanted: string): Snapshot {
  const found = machine.snapshots.find(({ id, name }) => id === wanted || name === wanted);
  if (found !== undefined) return found;
  const text = machine.snapshots.length === 0 ? "This machine does not have any snapshots" : `Could not find a snapshot named '${wanted}'`;
  throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "SessionMachine", text);
}

function take(state: ServiceState, machine: Machine, name: string, description: string): string {
  const id = crypto.randomUUID();
  const folder = join(dirname(machine.settingsFile), "Snapshots");
  mkdirSync(folder, { recursive: true });
  const disks: Record<string, string> = {};
  for (const { kind, medium } of machine.controllers.flatMap(({ attached }) => attached)) {
    const found = state.media.find((one) => one.id === medium);
    if (kind !== "hdd" || found === undefined) continue;
    disks[found.id] = join(folder, `{${id}}-${found.id.slice(0, 8)}.disk`);
    copyFileSync(found.location, disks[found.id] ?? "", constants.COPYFILE_FICLONE);
  }
  const stateFile = machine.stateFile === undefined ? undefined : join(folder, `{${id}}.sav`);
  if (machine.stateFile !== undefined && stateFile !== undefined) cpSync(machine.stateFile, stateFile);
  machine.snapshots.push({ id, name, description, parent: machine.currentSnapshot, taken: Date.now(), disks, stateFile });
  machine.currentSnapshot = id;
  return id;
}

function restore(state: ServiceState, machine: Machine, wanted: Snapshot): void {
  for (const [id, copy] of Object.entries(wanted.disks)) {
    const medium = state.media.find((one) => one.id === id);
    if (medium !== undefined) copyFileSync(copy, medium.location, constants.COPYFILE_FICLONE);
  }
  if (machine.stateFile !== undefined) rmSync(machine.stateFile, { force: true });
  machine.stateFile = wanted.stateFile === undefined ? undefined : `${wanted.stateFile}.restored`;
  if (wanted.stateFile !== undefined && machine.stateFile !== undefined) cpSync(wanted.stateFile, machine.stateFile);
  machine.state = machine.stateFile === undefined ? "poweroff" : "saved";
  machine.stateSince = Date.now();
  machine.currentSnapshot = wanted.id;
}

function remove(machine: Machine, wanted: Snapshot): void {
  const children = machine.snapshots.filter(({ parent }) => parent === wanted.id);
  if (children.length > 1) {
    const text = `Snapshot '${wanted.name}' of the machine '${machine.name}' cannot be deleted, because it has ${children.length} child snapshots, which is more than the one snapshot allowed for deletion`;
    throw new ApiError("VBOX_E_INVALID_OBJECT_STATE", "SessionMachine", text);
  }
  for (const copy of Object.values(wanted.disks)) rmSync(copy, { force: true });
  if (wanted.stateFile !== undefined) rmSync(wanted.stateFile, { force: true });
  const rest = machine.snapshots.filter((one) => one !== wanted);
  machine.snapshots = rest.map((one) => (one.parent === wanted.id ? { ...one, parent: wanted.parent } : one));
  if (machine.currentSnapshot === wanted.id) machine.currentSnapshot = wanted.parent;
}

function described(machine: Machine, parent?: string, indent = "   "): string[] {
  return machine.snapshots
    .filter((one) => one.parent === parent)
    .flatMap(({ id, name }) => [
      `${indent}Name: ${name} (UUID: ${id})${id === machine.currentSnapshot ? " *" : ""}`,
      ...described(machine, id, `${indent}   `),
    ]);
}
