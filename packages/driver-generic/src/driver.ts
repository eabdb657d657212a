import { BaseDriver, DOCKER_TLS_PORT, dockerUrl, type MachineStatus, type SshEndpoint, throwIfAborted } from "@docker-machine/driver-sdk";
import { isListening } from "./is-listening.js";
import type { genericOptions } from "./options.js";
import { assertKeyExists, copyKey, keyCopyPath } from "./ssh-key.js";

const DIAL_TIMEOUT_MS = 5000;

/** What the driver `generic` saves, as the Go program does. */
export type GenericState = {
  readonly IPAddress?: string;
  readonly SSHUser?: string;
  readonly SSHPort?: number;
  /** The copy of the key in the machine's folder; empty where the SSH agent and default keys are used. */
  readonly SSHKeyPath?: string;
  readonly EnginePort?: number;
  /** Where the key was copied from. */
  readonly SSHKey?: string;
};

/** A host that somebody else made and removes: it is only logged in to. */
export class GenericDriver extends BaseDriver<typeof genericOptions, GenericState> {
  override async preCreateCheck(): Promise<void> {
    const { sshKey } = this.machine.options;
    if (sshKey !== "") await assertKeyExists(sshKey);
  }

  override async create(): Promise<void> {
    const { options, directory, state } = this.machine;
    await this.machine.persist({
      IPAddress: options.ipAddress,
      SSHUser: options.sshUser,
      SSHPort: options.sshPort,
      SSHKeyPath: state.SSHKeyPath ?? "",
      EnginePort: options.enginePort,
      SSHKey: options.sshKey,
    });
    if (options.sshKey === "") this.host.log.info("No SSH key specified. Assuming an existing key at the default location.");
    else await this.importKey(options.sshKey, keyCopyPath(directory, options.sshKey));
  }

  /** Only forgets the host: it was not made here. The key's copy goes with the machine's folder. */
  override async remove(): Promise<void> {}

  /** `Running` if the SSH port answers, else `Stopped`, as the Go program tells it. */
  override async status(): Promise<MachineStatus> {
    const { IPAddress = "", SSHPort = 0 } = this.machine.state;
    if (IPAddress === "") return "NotFound";
    throwIfAborted(this.host.signal);
    const deadline = AbortSignal.any([this.host.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)]);
    const listening = await isListening(IPAddress, SSHPort === 0 ? 22 : SSHPort, deadline);
    throwIfAborted(this.host.signal);
    return listening ? "Running" : "Stopped";
  }

  override async sshEndpoint(): Promise<SshEndpoint> {
    return this.sshEndpointFromState();
  }

  override async url(): Promise<string> {
    const { EnginePort = 0 } = this.machine.state;
    return dockerUrl(await this.address(), EnginePort === 0 ? DOCKER_TLS_PORT : EnginePort);
  }

  private async importKey(from: string, to: string): Promise<void> {
    if (this.machine.state.SSHKeyPath === to) return;
    throwIfAborted(this.host.signal);
    this.host.log.info("Importing SSH key...");
    const { publicKeyCopied } = await copyKey(from, to);
    if (!publicKeyCopied) this.host.log.info(`Couldn't copy SSH public key : ${from}.pub`);
    await this.machine.persist({ SSHKeyPath: to });
  }
}
