import type { Logger } from "@docker-machine/driver-sdk";
import type { Certificates } from "../certificates/certificates.js";
import type { Drivers } from "../drivers/drivers.js";
import type { MachineStore } from "../store/machine-store.js";
import type { MachineHooks } from "./machine-hooks.js";

/** What every use case works with. `context.ts` puts it together. */
export interface MachineContext {
  readonly store: MachineStore;
  readonly drivers: Pick<Drivers, "forMachine">;
  /** The store's certificates, loaded when they are needed. */
  certificates(): Promise<Certificates>;
  /** Of the user's plugins. */
  readonly hooks: MachineHooks;
  /** Where drivers keep what can be made or fetched again, such as disk images. */
  readonly driverCacheDirectory: string;
  /** What the machines of a driver share as long as the program runs. */
  readonly shared: (driverName: string) => Map<string, unknown>;
  readonly log: Logger;
  /** Says what is being done now, for a live display. */
  readonly progress: (step: string) => void;
  /** Milliseconds that a started host may take to run, to answer SSH, and to have its Docker answer, each. */
  readonly waitTimeoutMs: number;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}
