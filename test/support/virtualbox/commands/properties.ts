import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { ApiError, type CallSite, SyntaxProblem } from "../model/errors.ts";
import { findMachine, requireUnlocked, setState } from "../model/service.ts";
import type { ServiceState } from "../model/service-state.ts";
import type { Command } from "./command.ts";

const site = (call: string, line: number, file = "VBoxManageMisc.cpp"): CallSite => ({ call, line, file });
const find = (line: number, file = "VBoxManageMisc.cpp") => site("FindMachine(Bstr(a->argv[0]).raw(), machine.asOutParam())", line, file);

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
  const [, wanted] = args;
  if (wanted === undefined) throw new SyntaxProblem("Incorrect parameters");
  await service.change((state) => {
    const { guestProperties } = findMachine(state, wanted, find(110, "VBoxManageGuestProp.cpp"));
    for (const text of propertyLines(guestProperties, args)) print(text);
  });
};

/** Does what the words say, and returns what is to be printed. */
function propertyLines(properties: Record<string, string>, [verb, , name, value]: readonly string[]): string[] {
  if (verb === "enumerate" || verb === "list") {
    return Object.entries(properties).map(([key, text]) => `Name: ${key}, value: ${text}, timestamp: 0, flags: `);
  }
  if (name === undefined) throw new SyntaxProblem("Incorrect parameters");
  if (verb === "get") return [properties[name] === undefined ? "No value set!" : `Value: ${properties[name]}`];
  if (verb !== "set" && verb !== "unset" && verb !== "delete") throw new SyntaxProblem(`Unknown subcommand: ${verb}`);
  if (verb === "set" && value !== undefined) properties[name] = value;
  else delete properties[name];
  return [];
}

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
