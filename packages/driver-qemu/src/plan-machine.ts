import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { Host } from "@docker-machine/driver-sdk";
import { type Acceleration, type Accelerator, chooseAccelerator } from "./accelerator.js";
import { findQemu, type Qemu } from "./find-qemu.js";
import { findFirmware } from "./firmware.js";
import { guestArchitecture } from "./guest-architecture.js";
import type { QemuMachine } from "./machine.js";
import { machineFiles } from "./machine-files.js";
import { offeredShares } from "./shared-folders.js";
import type { ExtraDiskState } from "./state.js";
import { makeFirmwareVariables, usesUefi } from "./storage.js";
import type { Disk, VirtualMachine } from "./virtual-machine.js";

const DEFAULT_CPU_COUNT = 2;
/** A machine is given a MAC address with its UUID; this one is for types only. */
const NO_MAC_ADDRESS = "52:54:00:00:00:00";

/** The program to run, and what its command line is made from, but for the network. */
export interface MachinePlan {
  readonly program: string;
  readonly vm: Omit<VirtualMachine, "network">;
}

/** Finds out how this computer can run the machine now. */
export async function planMachine(machine: QemuMachine, host: Host): Promise<MachinePlan> {
  const { name, directory, options, state } = machine;
  const architecture = guestArchitecture(options);
  const qemu = await findQemu(architecture, host);
  const acceleration = await chooseFor(machine, qemu, host);
  const files = machineFiles(directory);
  return {
    program: qemu.path,
    vm: {
      name,
      platform: process.platform,
      architecture,
      acceleration,
      ...(state.SavedMachineType === undefined ? {} : { machineType: state.SavedMachineType }),
      cpuCount: options.cpuCount ?? Math.min(DEFAULT_CPU_COUNT, availableParallelism()),
      memoryMb: options.memory,
      diskPath: files.disk,
      seedPath: files.seed,
      extraDisks: (state.ExtraDisks ?? []).map((disk, index) => extraDisk(directory, disk, index)),
      consolePath: files.console,
      ...(usesUefi(options, architecture) ? { uefi: await uefi(qemu, directory, host) } : {}),
      macAddress: state.MacAddress ?? NO_MAC_ADDRESS,
      shares: offeredShares(state.SharedFolders ?? [], directory),
    },
  };
}

/** Saved memory is restored as it was saved. */
async function chooseFor(machine: QemuMachine, qemu: Qemu, host: Host): Promise<Acceleration> {
  const { Accelerator: before, SavedMachineType } = machine.state;
  const wish = SavedMachineType === undefined ? (machine.options.accelerator as Accelerator | "auto") : before;
  const acceleration = await chooseAccelerator(qemu, wish ?? "auto", host);
  if (acceleration.name !== before) await machine.persist({ Accelerator: acceleration.name });
  return acceleration;
}

async function uefi(qemu: Qemu, directory: string, host: Host): Promise<NonNullable<VirtualMachine["uefi"]>> {
  const firmware = await findFirmware(qemu, host);
  return { firmware, variablesPath: await makeFirmwareVariables(directory, firmware) };
}

function extraDisk(directory: string, { Path, Format }: ExtraDiskState, index: number): Disk {
  return { path: Path ?? resolve(machineFiles(directory).extraDisk(index)), format: Format };
}
