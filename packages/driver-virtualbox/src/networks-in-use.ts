import type { Host } from "@docker-machine/driver-sdk";
import { parseVmUuids } from "./output/vm-list.js";
import type { VBoxManage } from "./vboxmanage.js";
import { VirtualMachine } from "./virtual-machine.js";

/** VirtualBox gives a virtual machine up to 36 cards (chipset ICH9), though the command line takes 8 unless told otherwise. */
const CARDS = 36;

/** The host-only interfaces and networks that virtual machines have a card in. */
export async function networksInUse(vbox: VBoxManage, host: Host): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const uuid of parseVmUuids(await vbox.run(["list", "vms"]))) {
    const info = await new VirtualMachine(vbox, host, uuid).info();
    for (let slot = 1; slot <= CARDS; slot += 1) {
      for (const field of [`hostonlyadapter${slot}`, `hostonly-network${slot}`]) {
        const name = info?.field(field);
        if (name !== undefined) used.add(name);
      }
    }
  }
  return used;
}
