import type { ConnectOptions } from "../ssh/connect.js";
import { DriverHost } from "./driver-host.js";
import type { MachineContext } from "./machine-context.js";
import type { StoredMachine } from "./stored-machine.js";

/** The SDK's host for one machine's driver. */
export function machineHost(context: MachineContext, machine: StoredMachine): DriverHost {
  return new DriverHost({
    machineName: machine.name,
    machineDirectory: machine.directory,
    log: context.log,
    progress: context.progress,
    get signal() {
      return context.signal;
    },
    shared: context.shared(machine.config.DriverName),
    storeId: async () => {
      const { storeId } = await import("../store/store-id.js");
      return storeId(context.store.paths, context.signal);
    },
    cacheDirectory: context.driverCacheDirectory,
    connectOptions: () => connectOptions(context, machine),
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
