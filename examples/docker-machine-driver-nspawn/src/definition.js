import { defineDriver } from "@docker-machine/driver-sdk";
import { NspawnDriver } from "./driver.js";
import { checkOptions, options } from "./options.js";

/**
 * Describes the driver.
 *
 * @param {{ cgroupRoot?: string }} [kernel] where the kernel shows control groups; tests have a folder of their own
 */
export function nspawnDefinition({ cgroupRoot = "/sys/fs/cgroup" } = {}) {
  return defineDriver({
    name: "nspawn",
    summary: "Debian hosts with systemd in systemd-nspawn containers on this computer",
    options,
    checkOptions,
    createDriver: (machine, host) => new NspawnDriver(machine, host, cgroupRoot),
  });
}
