import { DriverError } from "./errors.js";
import type { Host } from "./host.js";
import type { CommonState, DriverState, Machine } from "./machine.js";
import type { OptionSpecs } from "./options.js";
import type { SshEndpoint } from "./ssh-endpoint.js";

/** What a host is doing, in the Go program's words. `NotFound`: it is gone. */
export type MachineStatus = "Running" | "Starting" | "Stopping" | "Stopped" | "Paused" | "Saved" | "Error" | "NotFound";

/** Docker's port for TLS connections (IANA service name `docker-s`). */
export const DOCKER_TLS_PORT = 2376;

/**
 * The base of every driver. A driver creates a host, tells its status and address, and removes it; what all drivers need beyond that is the host program's work.
 *
 * Every operation may be repeated: `create` on a half-made machine continues or says why not, `remove` on a vanished one succeeds.
 * An optional operation is an optional method, and its presence is the capability.
 */
export abstract class BaseDriver<O extends OptionSpecs = OptionSpecs, S extends DriverState = DriverState> {
  protected readonly machine: Machine<O, S>;
  protected readonly host: Host;

  constructor(machine: Machine<O, S>, host: Host) {
    this.machine = machine;
    this.host = host;
  }

  /** Checks whether `create` could work, before anything is made. It must leave nothing behind. */
  preCreateCheck?(): Promise<void>;

  /**
   * What {@link create} would make, line by line, if the machine's options wish for that instead of making it; else `undefined`.
   * It runs after {@link preCreateCheck}, and makes nothing.
   */
  plan?(): Promise<readonly string[] | undefined>;

  /** Makes the host and returns when it is started; SSH need not answer yet. Persists after each outside effect. */
  abstract create(): Promise<void>;

  /** Removes all that `create` made, as far as the state tells. Succeeds when nothing is left. */
  abstract remove(): Promise<void>;

  /** What the host is doing now. It asks the provider, changes nothing, and answers within seconds. */
  abstract status(): Promise<MachineStatus>;

  /** Starts a stopped host, wakes a paused one, restores a saved one. The host program sets the clock of a host that slept. */
  start?(): Promise<void>;

  /** Stops the host gracefully, within a deadline of the driver's choice. */
  stop?(): Promise<void>;

  /** Cuts the host's power. What {@link save} has saved is dropped. */
  kill?(): Promise<void>;

  /** Freezes the host in memory; {@link start} wakes it. */
  pause?(): Promise<void>;

  /** Writes the host's memory to disk and turns it off; {@link start} restores it. */
  save?(): Promise<void>;

  /** Restarts the host. Without this method the host program calls `stop`, then `start`. */
  restart?(): Promise<void>;

  /** How to log in. Without this method there is nothing to provision, and `ssh` is refused. */
  sshEndpoint?(): Promise<SshEndpoint>;

  /**
   * The host's name or address, without port. Default: the state's `IPAddress`.
   *
   * @throws {DriverError} `MACHINE_NO_ADDRESS` while it has none
   */
  async address(): Promise<string> {
    const { IPAddress } = this.common;
    if (IPAddress === undefined || IPAddress === "") {
      throw new DriverError("MACHINE_NO_ADDRESS", `The machine "${this.machine.name}" has no address yet.`, {
        suggestions: [`docker-machine status ${this.machine.name}`],
      });
    }
    return IPAddress;
  }

  /** Docker's endpoint. Default: `tcp://ADDRESS:2376`. */
  async url(): Promise<string> {
    return dockerUrl(await this.address(), DOCKER_TLS_PORT);
  }

  /** The port on which Docker listens on the host itself. Default: that of {@link url}; a driver that forwards a port of this computer tells the other end. */
  async enginePort(): Promise<number> {
    const { port } = new URL(await this.url());
    return port === "" ? DOCKER_TLS_PORT : Number(port);
  }

  /** The login that the state's `SSHUser`, `SSHPort` and `SSHKeyPath` describe, at {@link address}. */
  protected async sshEndpointFromState(): Promise<SshEndpoint> {
    const { SSHUser, SSHPort, SSHKeyPath } = this.common;
    return {
      host: await this.address(),
      port: SSHPort === undefined || SSHPort === 0 ? 22 : SSHPort,
      user: SSHUser === undefined || SSHUser === "" ? "root" : SSHUser,
      ...(SSHKeyPath === undefined || SSHKeyPath === "" ? {} : { privateKeyPath: SSHKeyPath }),
    };
  }

  private get common(): CommonState {
    return this.machine.state as CommonState;
  }
}

/** `tcp://address:port`, with brackets around an IPv6 address. */
export function dockerUrl(address: string, port: number): string {
  return `tcp://${address.includes(":") ? `[${address}]` : address}:${port}`;
}
