import type { ConnectOptions } from "../ssh/connect.js";
import { DriverHost, type DriverHostOptions } from "./driver-host.js";
import type { MachineContext } from "./machine-context.js";
import type { StoredMachine } from "./stored-machine.js";

/** The SDK's host for one machine's driver. */
export function machineHost(context: MachineContext, machine: StoredMachine): DriverHost {
  return hostOf(context, machine.config.DriverName, {
    machineName: machine.name,
    machineDirectory: machine.directory,
    connectOptions: () => connectOptions(context, machine),
  });
}

/** The SDK's host for what a driver does without a machine: there is nothing to log in to, and no key. */
export function driverHost(context: MachineContext, driverName: string): DriverHost {
  return hostOf(context, driverName, {
    machineName: driverName,
    machineDirectory: undefined,
    connectOptions: () => {
      throw new TypeError("There is no machine to log in to");
    },
  });
}

type OfMachine = Pick<DriverHostOptions, "machineName" | "machineDirectory" | "connectOptions">;

function hostOf(context: MachineContext, driverName: string, ofMachine: OfMachine): DriverHost {
  return new DriverHost({
    ...ofMachine,
    log: context.log,
    progress: context.progress,
    // Whoever asks for it takes interrupts over: only a driver that waits does.
    get signal() {
      return context.signal;
    },
    shared: context.shared(driverName),
    storeId: async () => {
      const { storeId } = await import("../store/store-id.js");
      return storeId(context.store.paths, context.signal);
    },
    cacheDirectory: context.driverCacheDirectory,
  });
}

/**
 * How to connect to a machine's host. Its key is recorded at the first login: while the machine is created, or for one that the Go program made, which records none.
 * A recorded key is required ever after.
 */
export function connectOptions(context: MachineContext, machine: StoredMachine): ConnectOptions {
  const { name } = machine;
  const unknown = machine.config.DockerMachine?.Progress === "provisioned" ? "require" : "record";
  return { hostKey: { path: context.store.paths.knownHostsPath(name), alias: name, unknown }, signal: context.signal, log: context.log };
}
