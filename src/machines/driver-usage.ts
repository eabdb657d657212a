import type { MachineStore } from "../store/machine-store.js";

/** The names of the machines that use each driver, by the driver's name. Machines that can't be read are left out. */
export async function machinesByDriver(store: MachineStore): Promise<ReadonlyMap<string, readonly string[]>> {
  const usage = new Map<string, string[]>();
  for (const name of await store.names()) {
    const config = await store.load(name).catch(() => undefined);
    if (config !== undefined) usage.set(config.DriverName, [...(usage.get(config.DriverName) ?? []), name]);
  }
  return usage;
}
