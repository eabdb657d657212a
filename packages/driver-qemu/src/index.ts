import { type DriverDefinition, defineDriver } from "@docker-machine/driver-sdk";
import { QemuDriver } from "./driver.js";
import { checkQemuOptions, qemuOptions } from "./options.js";
import type { QemuState } from "./state.js";

/** The driver `qemu`: virtual machines on this computer. */
const qemu: DriverDefinition<typeof qemuOptions, QemuState> = defineDriver({
  name: "qemu",
  summary: "Virtual machines with QEMU on this computer",
  options: qemuOptions,
  checkOptions: checkQemuOptions,
  isAvailable: async (environment) => {
    const [{ hasQemu }, { hostArchitecture }] = await Promise.all([import("./find-qemu.js"), import("./guest-architecture.js")]);
    const architecture = hostArchitecture();
    return architecture !== undefined && (await hasQemu(architecture, { platform: process.platform, environment }));
  },
  createDriver: (machine, host) => new QemuDriver(machine, host),
});

export default qemu;
