import { isAbsolute } from "node:path";
import { ApiError, ArgumentProblem, type CallSite, SyntaxProblem } from "../model/errors.ts";
import type { Machine, SharedFolder } from "../model/machine.ts";
import { type CommandLine, isGiven, lastValue, optionForms, readOptions } from "../model/options.ts";
import { findMachine, isOnline, requireUnlocked } from "../model/service.ts";
import type { Command } from "./command.ts";

const site = (call: string, line: number): CallSite => ({ call, line, file: "VBoxManageMisc.cpp" });
const CREATE = "CreateSharedFolder(Bstr(name).raw(), Bstr(hostpath).raw(), fWritable, fAutoMount, Bstr(pszAutoMountPoint).raw())";

/** `VBoxManage sharedfolder add|remove`. A permanent folder needs the machine unlocked; a transient one a running machine. */
export const sharedFolder: Command = async ({ service, args }) => {
  const [verb, wanted, ...words] = args;
  if (wanted === undefined) throw new SyntaxProblem("Not enough parameters");
  if (verb !== "add" && verb !== "remove") throw new SyntaxProblem(`Invalid parameter '${verb}'`);
  const [text, nothing] =
    verb === "add"
      ? [
          ["--hostpath", "-hostpath", "--auto-mount-point"],
          ["--readonly", "--automount"],
        ]
      : [[], []];
  const line = readOptions(words, optionForms({ text: ["--name", "-name", ...text], nothing: ["--transient", ...nothing] }));
  const name = lastValue(line, "--name", "-name");
  if (name === undefined || name === "") throw new SyntaxProblem("Parameter --name is required");
  const folder = verb === "add" ? folderOf(line, name) : undefined;
  const isTransient = isGiven(line, "--transient");
  await service.change((state) => {
    const machine = findMachine(state, wanted, site("FindMachine(Bstr(a->argv[1]).raw(), machine.asOutParam())", 1005));
    if (isTransient && !isOnline(machine)) throw new ArgumentProblem(`Machine '${wanted}' is not currently running.`, 1);
    if (!isTransient) requireUnlocked(machine, site("LockMachine(a->session, LockType_Write)", 1042));
    if (folder === undefined) remove(machine, name, { isTransient });
    else add(machine, folder);
  });
};

function folderOf(line: CommandLine, name: string): SharedFolder {
  const path = lastValue(line, "--hostpath", "-hostpath");
  if (path === undefined) throw new SyntaxProblem("Parameter --hostpath is required");
  return {
    name,
    path,
    isWritable: !isGiven(line, "--readonly"),
    isMounted: isGiven(line, "--automount"),
    isTransient: isGiven(line, "--transient"),
  };
}

function add(machine: Machine, folder: SharedFolder): void {
  const { name, path, isTransient } = folder;
  const call = { site: site(CREATE, 1107) };
  if (machine.sharedFolders.some((one) => one.name === name && one.isTransient === isTransient)) {
    throw new ApiError("VBOX_E_OBJECT_IN_USE", "SessionMachine", `Shared folder named '${name}' already exists`, call);
  }
  if (!isAbsolute(path)) throw new ApiError("E_INVALIDARG", "SessionMachine", `Shared folder path '${path}' is not absolute`, call);
  machine.sharedFolders.push(folder);
}

function remove(machine: Machine, name: string, { isTransient }: { isTransient: boolean }): void {
  const found = machine.sharedFolders.find((one) => one.name === name && one.isTransient === isTransient);
  if (found === undefined) {
    const call = { site: site("RemoveSharedFolder(Bstr(pszName).raw())", 1183) };
    throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "SessionMachine", `Could not find a shared folder named '${name}'`, call);
  }
  machine.sharedFolders = machine.sharedFolders.filter((one) => one !== found);
}
