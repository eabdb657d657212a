import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Host } from "@docker-machine/driver-sdk";
import type { MachineFiles } from "./machine-files.js";
import type { VmInfo } from "./output/vm-info.js";
import type { SharedFolderWish } from "./shared-folder.js";
import type { VBoxManage } from "./vboxmanage.js";
import { VirtualMachine } from "./virtual-machine.js";
import { macAddresses } from "./vm-settings.js";

/** The name of the storage controller, the Go program's. The disc is at port 0, the disk at port 1. */
const CONTROLLER = "SATA";

/** A virtual machine to be made. */
export interface VmPlan {
  readonly name: string;
  readonly uuid: string;
  /** The machine's folder. */
  readonly directory: string;
  readonly files: MachineFiles;
  /** Arguments of `createvm` besides name, UUID and folder. */
  readonly platform: readonly string[];
  /** Arguments of `modifyvm`. */
  readonly settings: readonly string[];
  readonly share: SharedFolderWish | undefined;
  readonly isBoot2docker: boolean;
}

/** Makes a virtual machine, or completes a half-made one that doesn't run. */
export async function setUpVm(vbox: VBoxManage, host: Host, plan: VmPlan): Promise<void> {
  const vm = new VirtualMachine(vbox, host, plan.uuid);
  const info = (await vm.info()) ?? (await register(vbox, vm, plan));
  await vm.command("modifyvm", ...plan.settings, "--macaddress2", macAddresses(plan.uuid).hostOnly);
  await attachStorage(vm, info, plan.files);
  await share(vm, info, plan);
}

async function register(vbox: VBoxManage, vm: VirtualMachine, { name, uuid, directory, files, platform }: VmPlan): Promise<VmInfo> {
  // VirtualBox refuses to write over settings that a process left which was killed before it registered them.
  if (existsSync(files.vmFolder)) await rm(files.vmFolder, { recursive: true });
  await vbox.run(["createvm", "--basefolder", directory, "--name", name, "--uuid", uuid, ...platform, "--register"]);
  return vm.mustExist();
}

async function attachStorage(vm: VirtualMachine, info: VmInfo, { disc, disk }: MachineFiles): Promise<void> {
  if (!info.storageControllers.includes(CONTROLLER)) {
    await vm.command("storagectl", "--name", CONTROLLER, "--add", "sata", "--hostiocache", "on");
  }
  for (const [port, type, medium] of [
    ["0", "dvddrive", disc],
    ["1", "hdd", disk],
  ] as const) {
    if (info.field(`${CONTROLLER}-${port}-0`) === medium) continue;
    await vm.command("storageattach", "--storagectl", CONTROLLER, "--port", port, "--device", "0", "--type", type, "--medium", medium);
  }
}

async function share(vm: VirtualMachine, info: VmInfo, { share: folder, isBoot2docker }: VmPlan): Promise<void> {
  if (isBoot2docker) {
    // Its VBoxService mounts shared folders by itself, below this folder.
    for (const property of ["MountPrefix", "MountDir"]) {
      await vm.guestProperty(`/VirtualBox/GuestAdd/SharedFolders/${property}`, "/");
    }
  }
  if (folder === undefined) return;
  if (!info.sharedFolders.includes(folder.name)) {
    await vm.sharedFolder(folder.name, folder.hostPath);
  }
  await vm.command("setextradata", `VBoxInternal2/SharedFoldersEnableSymlinksCreate/${folder.name}`, "1");
}
