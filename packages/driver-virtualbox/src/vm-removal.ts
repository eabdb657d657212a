import { rm } from "node:fs/promises";
import { sep } from "node:path";
import { type Host, isDriverError } from "@docker-machine/driver-sdk";
import type { MachineFiles } from "./machine-files.js";
import { parseMedia } from "./output/media.js";
import type { VBoxManage } from "./vboxmanage.js";
import type { VirtualMachine } from "./virtual-machine.js";
import { statusOfState } from "./vm-status.js";

/** Removes a virtual machine with its disks, and all that VirtualBox remembers of the machine's folder. Succeeds when nothing is left. */
export async function removeVm(vbox: VBoxManage, host: Host, vm: VirtualMachine, directory: string): Promise<void> {
  const info = await vm.info();
  if (info !== undefined) {
    if (!["Stopped", "Saved", "Error"].includes(statusOfState(info.state)) || info.state === "gurumeditation") await vm.powerOff();
    await vm.unregister();
  }
  await forgetMedia(vbox, host, directory);
}

/** VirtualBox remembers discs after the virtual machine is gone, and disks that were never attached. */
async function forgetMedia(vbox: VBoxManage, host: Host, directory: string): Promise<void> {
  for (const [list, type] of [
    ["hdds", "disk"],
    ["dvds", "dvd"],
  ] as const) {
    const media = parseMedia(await vbox.run(["list", list]));
    for (const { uuid, location } of media.filter((medium) => medium.location.startsWith(`${directory}${sep}`))) {
      host.log.debug(`VirtualBox forgets ${location}`);
      await closeMedium(vbox, type, uuid);
    }
  }
}

async function closeMedium(vbox: VBoxManage, type: "disk" | "dvd", uuid: string): Promise<void> {
  try {
    await vbox.run(["closemedium", type, uuid]);
  } catch (error) {
    // VirtualBox's service forgets a medium by itself when the last program that asked for it ends.
    if (!isDriverError(error) || error.code !== "VIRTUALBOX_MEDIUM_MISSING") throw error;
  }
}

/** Deletes what the driver and VirtualBox wrote into the machine's folder. */
export async function deleteFiles(files: MachineFiles): Promise<void> {
  for (const path of Object.values(files) as string[]) await rm(path, { recursive: true, force: true });
}
