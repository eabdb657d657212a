import { BaseDriver, type MachineStatus, type SshEndpoint, throwIfAborted } from "@docker-machine/driver-sdk";
import { parseBastion } from "./addresses.js";
import type { ec2Options } from "./options.js";
import type { Ec2State } from "./state.js";

/** The parts of the driver that ask AWS. They are loaded when they are needed, since `env`, `ip` and `url` do without. */
const parts = {
  create: () => import("./create.js"),
  instance: () => import("./instance.js"),
  plan: () => import("./plan.js"),
  power: () => import("./power.js"),
  preCreateCheck: () => import("./pre-create-check.js"),
  remove: () => import("./remove.js"),
  restart: () => import("./restart.js"),
};

/** Instances of Amazon EC2. Address and login come from the state: {@link create} and {@link start} save what AWS gives the instance. */
export class Ec2Driver extends BaseDriver<typeof ec2Options, Ec2State> {
  override async preCreateCheck(): Promise<void> {
    throwIfAborted(this.host.signal);
    const { preCreateCheck } = await parts.preCreateCheck();
    await preCreateCheck(this.machine, this.host);
  }

  override async plan(): Promise<readonly string[] | undefined> {
    if (!this.machine.options.dryRun) return undefined;
    const { planInstance } = await parts.plan();
    return planInstance(this.machine, this.host);
  }

  override async create(): Promise<void> {
    throwIfAborted(this.host.signal);
    const { makeInstance } = await parts.create();
    await makeInstance(this.machine, this.host);
  }

  override async remove(): Promise<void> {
    throwIfAborted(this.host.signal);
    const { removeInstance } = await parts.remove();
    await removeInstance(this.machine, this.host);
  }

  override async status(): Promise<MachineStatus> {
    const { instanceStatus } = await parts.instance();
    return instanceStatus(this.machine, this.host);
  }

  override async start(): Promise<void> {
    const { startInstance } = await parts.power();
    await startInstance(this.machine, this.host);
  }

  override async stop(): Promise<void> {
    const { stopInstance } = await parts.power();
    await stopInstance(this.machine, this.host);
  }

  override async kill(): Promise<void> {
    const { killInstance } = await parts.power();
    await killInstance(this.machine, this.host);
  }

  override async restart(): Promise<void> {
    const { restartInstance } = await parts.restart();
    await restartInstance(this.machine, this.host, () => this.sshEndpoint());
  }

  override async sshEndpoint(): Promise<SshEndpoint> {
    const endpoint = await this.sshEndpointFromState();
    const jump = parseBastion(this.machine.options);
    return jump === undefined ? endpoint : { ...endpoint, jump };
  }
}

/** An instance that was launched so that it can hibernate. */
export class HibernatingEc2Driver extends Ec2Driver {
  override async save(): Promise<void> {
    const { hibernateInstance } = await parts.power();
    await hibernateInstance(this.machine, this.host);
  }
}
