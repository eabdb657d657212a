import type { BaseDriver } from "@docker-machine/driver-sdk";
import type { LoadedDriver } from "../drivers/loaded-driver.js";
import type { MachineConfig } from "../store/machine-config.js";
import type { MachineContext } from "./machine-context.js";
import { machineHost } from "./machine-host.js";
import { forgetCheck } from "./recent-check.js";
import { type PersistMode, StoredMachine, savedOptions } from "./stored-machine.js";

/** A machine with its driver, ready to be asked. */
export interface OpenMachine {
  readonly name: string;
  readonly machine: StoredMachine;
  readonly driver: BaseDriver;
  readonly loaded: LoadedDriver;
}

/**
 * Loads a machine and its driver. With a missing driver, the machine opens too; what it is asked then fails with `DRIVER_MISSING`.
 *
 * @param mode `memory` for whoever only asks; `write` for whoever holds the machine's lock
 * @throws {MachineError} `MACHINE_UNKNOWN`, `CONFIG_DAMAGED`, `CONFIG_VERSION_UNSUPPORTED`
 */
export async function openMachine(context: MachineContext, name: string, mode: PersistMode = "memory"): Promise<OpenMachine> {
  return openLoaded(context, await context.store.load(name), mode);
}

/** As {@link openMachine}, for whoever has read config.json already. */
export async function openLoaded(context: MachineContext, config: MachineConfig, mode: PersistMode = "memory"): Promise<OpenMachine> {
  const source = config.DockerMachine?.DriverSource;
  const loaded = await context.drivers.forMachine({
    driverName: config.DriverName,
    ...(source === undefined ? {} : { driverSource: source }),
  });
  const hasSecrets = Object.values(loaded.definition.options).some((option) => option.secret === true);
  const saved = { ...config.DockerMachine?.DriverOptions, ...(hasSecrets ? await context.store.loadSecrets(config.Name) : {}) };
  return attachDriver(context, loaded, new StoredMachine(context.store, config, savedOptions(loaded.definition.options, saved), mode));
}

/** Runs `action` on a machine under its lock, so that state is saved and no other process changes it meanwhile. */
export async function withMachine<T>(context: MachineContext, name: string, action: (open: OpenMachine) => Promise<T>): Promise<T> {
  await context.store.load(name);
  return withMachineLock(context, name, async () => {
    const open = await openMachine(context, name, "write");
    try {
      return await action(open);
    } finally {
      forgetCheck(open.machine.directory);
    }
  });
}

/** Runs `action` while no other process changes the machine. */
export async function withMachineLock<T>(context: MachineContext, name: string, action: () => Promise<T>): Promise<T> {
  return context.store.withLock(name, { signal: context.signal, onWait: (message) => context.log.warn(message) }, action);
}

/** Joins a machine and its driver. */
export function attachDriver(context: MachineContext, loaded: LoadedDriver, machine: StoredMachine): OpenMachine {
  const host = machineHost(context, machine);
  return { name: machine.name, machine, loaded, driver: loaded.definition.createDriver(machine, host) };
}
