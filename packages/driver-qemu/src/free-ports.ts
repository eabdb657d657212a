import type { Host } from "@docker-machine/driver-sdk";

/** What choosing ports needs of a driver's host. */
export type PortHost = Pick<Host, "withLock" | "cacheDirectory" | "log">;

/** One port to choose. */
export interface PortWish {
  /** For messages: `SSH`, `Docker`. Unique in one call. */
  readonly purpose: string;
  /** The port that the machine had until now. It is kept if it is free. */
  readonly kept?: number;
}

/**
 * Chooses ports of 127.0.0.1 that are free now and promised to no other machine, and promises them to this one. A promise ends with {@link releasePorts}, or when the
 * machine's folder is gone. A kept port that is taken meanwhile is replaced, and that is said. Call it before each start of QEMU, but not while it runs.
 *
 * @param machineDirectory whose ports they are
 * @returns the ports in the order of the wishes
 * @throws {DriverError} `PORTS_EXHAUSTED`
 */
export async function reservePorts(_machineDirectory: string, _wishes: readonly PortWish[], _host: PortHost): Promise<readonly number[]> {
  throw new Error("not written yet");
}

/** Takes back all promises to a machine. */
export async function releasePorts(_machineDirectory: string, _host: PortHost): Promise<void> {
  throw new Error("not written yet");
}

/** Whether nobody listens on, or is bound to, this port of 127.0.0.1 now. */
export async function isPortFree(_port: number): Promise<boolean> {
  throw new Error("not written yet");
}
