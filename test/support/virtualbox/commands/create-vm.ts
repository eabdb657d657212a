import { existsSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ApiError, SyntaxProblem } from "../model/errors.ts";
import { GUEST_OS_TYPES } from "../model/guest-os-types.ts";
import { ADAPTERS, type Machine, newAdapter, newMacAddress } from "../model/machine.ts";
import { isGiven, lastValue, optionForms, readOptions } from "../model/options.ts";
import { findMachine, isOnline } from "../model/service.ts";
import type { Medium, ServiceState } from "../model/service-state.ts";
import { readSettingsFile, writeSettingsFile } from "../model/settings-file.ts";
import { type Command, WHOLE_PROGRESS } from "./command.ts";

const CREATE_CALL =
  "CreateMachine(bstrSettingsFile.raw(), bstrName.raw(), ComSafeArrayAsInParam(groups), bstrOsTypeId.raw(), createFlags.raw(), machine.asOutParam())";
const UUID = /^\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$/i;

/** `VBoxManage createvm`: a settings file, and with --register the machine; manual, "VBoxManage createvm". */
export const createVm: Command = async ({ service, args, print }) => {
  const newer = service.edition.isAtLeast(7, 1) ? ["--platform-architecture"] : [];
  const text = ["--name", "--groups", "--basefolder", "--ostype", "--uuid", "--cipher", "--password-id", "--password", ...newer];
  const line = readOptions(args, optionForms({ text, nothing: ["--register", "--default"] }));
  const name = lastValue(line, "--name");
  if (line.operands[0] !== undefined) throw new SyntaxProblem(`Invalid parameter '${line.operands[0]}'`);
  if (name === undefined || name === "") throw new SyntaxProblem("Parameter --name is required");
  const id = requestedId(lastValue(line, "--uuid"));
  await service.change((state) => {
    const folder = resolve(lastValue(line, "--basefolder") ?? state.machineFolder);
    const group = lastValue(line, "--groups")?.split(",")[0]?.replace(/^\//, "") ?? "";
    const settingsFile = join(folder, group, fileName(name), `${fileName(name)}.vbox`);
    const machine = newMachine({ id, name, settingsFile, osType: checkedOsType(lastValue(line, "--ostype") ?? "Other") });
    machine.groups = lastValue(line, "--groups")?.split(",") ?? ["/"];
    if (existsSync(settingsFile)) {
      const site = { call: CREATE_CALL, line: 247, file: "VBoxManageMisc.cpp" };
      throw new ApiError("VBOX_E_FILE_ERROR", "Machine", `Machine settings file '${settingsFile}' already exists`, { site });
    }
    if (isGiven(line, "--default")) machine.controllers = defaultControllers();
    const isRegistered = isGiven(line, "--register");
    writeSettingsFile(machine, service.edition);
    if (isRegistered) register(state, machine);
    print(`Virtual machine '${name}' is created${isRegistered ? " and registered" : ""}.`);
    print(`UUID: ${id}`);
    print(`Settings file: '${settingsFile}'`);
  });
};

/** `VBoxManage registervm`: takes a machine in whose settings file lies on disk. */
export const registerVm: Command = async ({ service, args }) => {
  const line = readOptions(args, optionForms({ text: ["--password"] }));
  const [file, extra] = line.operands;
  if (file === undefined) throw new SyntaxProblem("VM name required");
  if (extra !== undefined) throw new SyntaxProblem(`Invalid parameter '${extra}'`);
  await service.change((state) => {
    const path = resolve(file);
    if (!existsSync(path)) {
      const call = "OpenMachine(Bstr(a->argv[0]).raw(), Bstr(strPassword).raw(), machine.asOutParam()))";
      const text = `Could not find file for reading: '${path}'\nRuntime error opening '${path}' for reading: -102 (File not found.).`;
      throw new ApiError("E_FAIL", "Machine", text, { site: { call, line: 127, file: "VBoxManageMisc.cpp" } });
    }
    const machine = readSettingsFile(path);
    if (machine === undefined) throw new ApiError("E_FAIL", "Machine", `Error in ${path} (line 1) -- Extra content`);
    register(state, machine);
  });
};

/** VirtualBox::i_registerMachine. */
export function register(state: ServiceState, machine: Machine): void {
  const twin = state.machines.find(({ id, name }) => id === machine.id || name === machine.name);
  if (twin !== undefined) {
    const site = { call: "RegisterMachine(machine)", line: 140, file: "VBoxManageMisc.cpp" };
    throw new ApiError("E_INVALIDARG", "VirtualBox", `Registered machine with UUID {${twin.id}} ('${twin.settingsFile}') already exists`, {
      site,
    });
  }
  state.machines.push(machine);
}

/**
 * `VBoxManage unregistervm [--delete|--delete-all]`: Machine::unregister and, with deletion, Machine::deleteConfig, which deletes the
 * disks that were attached to this machine alone, its settings, logs and saved state, and folders that are empty then.
 */
export const unregisterVm: Command = async ({ service, args, printError }) => {
  const all = service.edition.isAtLeast(7) ? ["--delete-all", "-delete-all"] : [];
  const line = readOptions(args, optionForms({ nothing: ["--delete", "-delete", ...all] }));
  const [wanted, extra] = line.operands;
  if (extra !== undefined) throw new SyntaxProblem(`Invalid parameter '${extra}'`);
  if (wanted === undefined) throw new SyntaxProblem("VM name required");
  const isDeleted = line.options.length > 0;
  await service.change((state) => {
    const machine = findMachine(state, wanted, {
      call: "FindMachine(Bstr(VMName).raw(), machine.asOutParam())",
      line: 154,
      file: "VBoxManageMisc.cpp",
    });
    if (machine.session !== undefined || isOnline(machine)) {
      const call = "Unregister(CleanupMode_DetachAllReturnHardDisksOnly, ComSafeArrayAsOutParam(aMedia))";
      const text = `Cannot unregister the machine '${machine.name}' while it is locked`;
      throw new ApiError("VBOX_E_INVALID_OBJECT_STATE", "Machine", text, { site: { call, line: 158, file: "VBoxManageMisc.cpp" } });
    }
    const own = new Set(machine.controllers.flatMap(({ attached }) => attached.map(({ medium }) => medium)));
    state.machines = state.machines.filter((one) => one !== machine);
    const inUse = new Set(
      state.machines.flatMap(({ controllers }) => controllers.flatMap(({ attached }) => attached.map(({ medium }) => medium))),
    );
    const isFree = ({ id }: Medium) => !inUse.has(id);
    const freed = state.media.filter((medium) => isFree(medium) && own.has(medium.id));
    // Discs stand in the registries of machines alone, so those that no machine has are forgotten.
    state.media = state.media.filter((medium) => !freed.includes(medium) && !(isFree(medium) && medium.kind !== "hdd"));
    if (!isDeleted) return;
    for (const medium of freed)
      if (medium.kind === "hdd" || isGiven(line, "--delete-all", "-delete-all")) rmSync(medium.location, { force: true });
    deleteFolder(machine);
  });
  if (isDeleted) printError(WHOLE_PROGRESS);
};

function deleteFolder(machine: Machine): void {
  const folder = dirname(machine.settingsFile);
  for (const file of [machine.settingsFile, `${machine.settingsFile}-prev`, `${machine.settingsFile}-tmp`]) rmSync(file, { force: true });
  rmSync(join(folder, "Logs"), { recursive: true, force: true });
  if (machine.stateFile !== undefined) rmSync(machine.stateFile, { force: true });
  for (const snapshot of machine.snapshots) for (const disk of Object.values(snapshot.disks)) rmSync(disk, { force: true });
  for (const directory of [join(folder, "Snapshots"), folder]) {
    try {
      rmdirSync(directory);
    } catch {
      // Machine::deleteTaskWorker removes folders only when they are empty.
    }
  }
}

/** A machine with VirtualBox's defaults. */
export function newMachine(start: { id: string; name: string; settingsFile: string; osType: string }): Machine {
  return {
    ...start,
    groups: ["/"],
    hardwareUuid: start.id,
    settings: {},
    adapters: Array.from({ length: ADAPTERS }, (_, slot) => newAdapter(slot, newMacAddress())),
    controllers: [],
    sharedFolders: [],
    extraData: {},
    guestProperties: {},
    snapshots: [],
    currentSnapshot: undefined,
    state: "poweroff",
    stateSince: Date.now(),
    stateFile: undefined,
    session: undefined,
  };
}

function defaultControllers(): Machine["controllers"] {
  const shared = { isBootable: true, attached: [] };
  return [
    {
      ...shared,
      name: "IDE",
      bus: "ide",
      type: "PIIX4",
      ports: 2,
      usesHostCache: true,
      attached: [{ port: 1, device: 0, kind: "dvddrive" }],
    },
    { ...shared, name: "SATA", bus: "sata", type: "IntelAhci", ports: 1, usesHostCache: false },
  ];
}

/** VirtualBox::i_findGuestOSType. */
export function checkedOsType(wanted: string): string {
  const found = Object.keys(GUEST_OS_TYPES).find((id) => id.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return found;
  throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "VirtualBox", `'${wanted}' is not a valid Guest OS type`);
}

/** A new machine's UUID: the wished one, or a random one. */
function requestedId(wanted: string | undefined): string {
  if (wanted === undefined) return crypto.randomUUID();
  const [, id] = UUID.exec(wanted) ?? [];
  if (id === undefined) throw new SyntaxProblem(`Invalid argument format: ${wanted}`);
  return id.toLowerCase();
}

/** VirtualBox::composeMachineFilename replaces what no file system takes (sanitiseMachineFilename). */
function fileName(name: string): string {
  return name.replaceAll(/[/\\:*?"<>|\p{Cc}]/gu, "_").replace(/^[.\s]|[.\s]$/g, "_");
}
