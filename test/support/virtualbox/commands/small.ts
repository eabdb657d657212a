import { rmSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { ApiError, ArgumentProblem, type CallSite, SyntaxProblem } from "../model/errors.ts";
import { isGiven, lastValue, optionForms, readOptions } from "../model/options.ts";
import { findMachine, isOnline, requireUnlocked, setState } from "../model/service.ts";
import type { ServiceState } from "../model/service-state.ts";
import type { Command } from "./command.ts";

const site = (call: string, line: number, file = "VBoxManageMisc.cpp"): CallSite => ({ call, line, file });
const find = (line: number, file = "VBoxManageMisc.cpp") => site("FindMachine(Bstr(a->argv[0]).raw(), machine.asOutParam())", line, file);

/** `VBoxManage sharedfolder add|remove`. A permanent folder needs the machine unlocked; a transient one a running machine. */
export const sharedFolder: Command = async ({ service, args }) => {
  const [verb, wanted, ...words] = args;
  if (wanted === undefined) throw new SyntaxProblem("Not enough parameters");
  if (verb !== "add" && verb !== "remove") throw new SyntaxProblem(`Invalid parameter '${verb}'`);
  const forms =
    verb === "add"
      ? {
          text: ["--name", "-name", "--hostpath", "-hostpath", "--auto-mount-point"],
          nothing: ["--readonly", "--transient", "--automount"],
        }
      : { text: ["--name", "-name"], nothing: ["--transient"] };
  const line = readOptions(words, optionForms(forms));
  const name = lastValue(line, "--name", "-name");
  const isTransient = isGiven(line, "--transient");
  await service.change((state) => {
    const machine = findMachine(state, wanted, find(1005));
    const path = lastValue(line, "--hostpath", "-hostpath");
    if (name === undefined || name === "") throw new SyntaxProblem("Parameter --name is required");
    if (verb === "add" && path === undefined) throw new SyntaxProblem("Parameter --hostpath is required");
    if (isTransient && !isOnline(machine)) throw new ArgumentProblem(`Machine '${wanted}' is not currently running.`, 1);
    if (!isTransient) requireUnlocked(machine, site("LockMachine(a->session, LockType_Write)", 1042));
    const found = machine.sharedFolders.find((one) => one.name === name && one.isTransient === isTransient);
    if (verb === "remove") {
      if (found === undefined)
        throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "SessionMachine", `Could not find a shared folder named '${name}'`, {
          site: site("RemoveSharedFolder(Bstr(pszName).raw())", 1183),
        });
      machine.sharedFolders = machine.sharedFolders.filter((one) => one !== found);
      return;
    }
    const call = site(
      "CreateSharedFolder(Bstr(name).raw(), Bstr(hostpath).raw(), fWritable, fAutoMount, Bstr(pszAutoMountPoint).raw())",
      1107,
    );
    if (found !== undefined)
      throw new ApiError("VBOX_E_OBJECT_IN_USE", "SessionMachine", `Shared folder named '${name}' already exists`, { site: call });
    if (!isAbsolute(path ?? ""))
      throw new ApiError("E_INVALIDARG", "SessionMachine", `Shared folder path '${path}' is not absolute`, { site: call });
    const folder = {
      name,
      path: path ?? "",
      isWritable: !isGiven(line, "--readonly"),
      isMounted: isGiven(line, "--automount"),
      isTransient,
    };
    machine.sharedFolders.push(folder);
  });
};

function extraDataOf(state: ServiceState, wanted: string): Record<string, string> {
  return wanted === "global" ? state.extraData : findMachine(state, wanted, find(850)).extraData;
}

/** `VBoxManage setextradata NAME|global KEY [VALUE]`; it needs no lock. */
export const setExtraData: Command = async ({ service, args }) => {
  const [wanted, key, value] = args;
  if (wanted === undefined || key === undefined) throw new SyntaxProblem("Not enough parameters");
  if (args.length > 3) throw new SyntaxProblem("Too many parameters");
  await service.change((state) => {
    const data = extraDataOf(state, wanted);
    if (value === undefined || value === "") delete data[key];
    else data[key] = value;
  });
};

/** `VBoxManage getextradata NAME|global KEY|enumerate`. */
export const getExtraData: Command = async ({ service, args, print }) => {
  const [wanted, key] = args;
  if (wanted === undefined || key === undefined) throw new SyntaxProblem("Incorrect number of parameters");
  const data = await service.change((state) => extraDataOf(state, wanted));
  if (key === "enumerate") for (const [name, value] of Object.entries(data)) print(`Key: ${name}, Value: ${value}`);
  else print(data[key] === undefined ? "No value set!" : `Value: ${data[key]}`);
};

/** `VBoxManage guestproperty get|set|unset|delete|enumerate`. Nothing in the guest sets any: it has no Guest Additions. */
export const guestProperty: Command = async ({ service, args, print }) => {
  const [verb, wanted, name, value] = args;
  if (wanted === undefined) throw new SyntaxProblem("Incorrect parameters");
  await service.change((state) => {
    const machine = findMachine(state, wanted, find(110, "VBoxManageGuestProp.cpp"));
    if (verb === "enumerate" || verb === "list") {
      for (const [key, text] of Object.entries(machine.guestProperties)) {
        print(
          service.edition.isAtLeast(7) ? `${key} = '${text}'` : `Name: ${key}, value: ${text}, timestamp: ${Date.now()}000000, flags: `,
        );
      }
      return;
    }
    if (name === undefined) throw new SyntaxProblem("Incorrect parameters");
    if (verb === "get")
      return print(machine.guestProperties[name] === undefined ? "No value set!" : `Value: ${machine.guestProperties[name]}`);
    if (verb === "set" && value !== undefined) machine.guestProperties[name] = value;
    else if (verb === "unset" || verb === "delete" || verb === "set") delete machine.guestProperties[name];
    else throw new SyntaxProblem(`Unknown subcommand: ${verb}`);
  });
};

/** `VBoxManage setproperty machinefolder PATH|default`; other properties are taken and not kept. */
export const setProperty: Command = async ({ service, args }) => {
  const [name, value] = args;
  if (name === undefined || value === undefined || args.length > 2) throw new SyntaxProblem("Invalid number of arguments");
  const known = [
    "machinefolder",
    "hwvirtexclusive",
    "vrdeauthlibrary",
    "websrvauthlibrary",
    "vrdeextpack",
    "autostartdbpath",
    "loghistorycount",
  ];
  known.push("defaultfrontend", "logginglevel", "proxymode", "proxyurl", "language");
  if (!known.includes(name)) throw new SyntaxProblem(`Invalid parameter '${name}'`);
  if (name !== "machinefolder") return;
  await service.change((state) => {
    state.machineFolder = value === "default" ? resolve(service.home, "VirtualBox VMs") : resolve(value);
  });
};

/** `VBoxManage discardstate NAME`. */
export const discardState: Command = async ({ service, args }) => {
  const [wanted] = args;
  if (wanted === undefined || args.length !== 1) throw new SyntaxProblem("Incorrect number of parameters");
  await service.change((state) => {
    const machine = findMachine(state, wanted, find(770));
    requireUnlocked(machine, site("LockMachine(a->session, LockType_Write)", 778));
    if (machine.state !== "saved" || machine.stateFile === undefined) {
      const text = "Cannot delete the machine state if the machine is not in a saved state";
      throw new ApiError("VBOX_E_INVALID_VM_STATE", "SessionMachine", text, { site: site("DiscardSavedState(true)", 789) });
    }
    rmSync(machine.stateFile, { force: true });
    machine.stateFile = undefined;
    setState(machine, "poweroff");
  });
};
