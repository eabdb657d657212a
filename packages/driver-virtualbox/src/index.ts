import { type DriverDefinition, defineDriver } from "@docker-machine/driver-sdk";
import { VirtualBoxDriver } from "./driver.js";
import { hasVBoxManage } from "./find-vboxmanage.js";
import { checkVirtualBoxOptions, virtualBoxOptions } from "./options.js";
import type { VirtualBoxState } from "./state.js";

/** The driver `virtualbox`: virtual machines with VirtualBox on this computer. */
const virtualbox: DriverDefinition<typeof virtualBoxOptions, VirtualBoxState> = defineDriver({
  name: "virtualbox",
  summary: "Virtual machines with VirtualBox on this computer",
  options: virtualBoxOptions,
  checkOptions: checkVirtualBoxOptions,
  isAvailable: async (env) => hasVBoxManage({ env }),
  createDriver: (machine, host) => new VirtualBoxDriver(machine, host),
});

export default virtualbox;
