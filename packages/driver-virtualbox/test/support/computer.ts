import type { Computer } from "../../src/computer.js";

/** A Linux computer in no network, with four processors and VirtualBox's own rules. */
export function quietComputer(changes: Partial<Computer> = {}): Computer {
  return {
    platform: "linux",
    architecture: "x64",
    cpuCount: () => 4,
    networksConf: () => undefined,
    localNetworks: () => [],
    ...changes,
  };
}
