import type { UsedDriver } from "../drivers/doctor/finding.js";
import { MachineError } from "../errors.js";
import type { MachineStore } from "../store/machine-store.js";

/** The drivers that machines use, each with the source that the first of its machines remembers. Machines that can't be read are left out. */
export async function usedDrivers(store: MachineStore): Promise<readonly UsedDriver[]> {
  const used = new Map<string, UsedDriver>();
  for (const name of await store.names()) {
    const config = await store.load(name).catch(() => undefined);
    if (config === undefined) continue;
    const known = used.get(config.DriverName);
    const source = known?.source ?? config.DockerMachine?.DriverSource;
    used.set(config.DriverName, {
      name: config.DriverName,
      machines: [...(known?.machines ?? []), name],
      ...(source === undefined ? {} : { source }),
    });
  }
  return [...used.values()];
}

/** The names of the machines that use each driver, by the driver's name. Machines that can't be read are left out. */
export async function machinesByDriver(store: MachineStore): Promise<ReadonlyMap<string, readonly string[]>> {
  return new Map((await usedDrivers(store)).map(({ name, machines }) => [name, machines]));
}

/**
 * Keeps drivers that machines use.
 *
 * @param verb the command that would take them away
 * @throws {MachineError} `DRIVER_IN_USE`, which names each with its machines
 */
export async function refuseInUse(names: readonly string[], verb: "uninstall" | "unlink", store: MachineStore): Promise<void> {
  const usage = await machinesByDriver(store);
  const used = names.flatMap((name) => [{ name, users: usage.get(name) ?? [] }]).filter(({ users }) => users.length > 0);
  if (used.length === 0) return;
  const all = used.flatMap(({ users }) => users);
  throw new MachineError("DRIVER_IN_USE", used.map(({ name, users }) => `The driver "${name}" is used by ${users.join(", ")}.`).join(" "), {
    suggestions: [`docker-machine rm ${all.join(" ")}`, `docker-machine driver ${verb} --force ${names.join(" ")}`],
  });
}
