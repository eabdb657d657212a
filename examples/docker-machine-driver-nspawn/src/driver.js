import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { BaseDriver, DriverError, isDriverError, throwIfAborted } from "@docker-machine/driver-sdk";
import { claimAddress, releaseAddresses, removeEmptyParents } from "./addresses.js";
import { Cgroup } from "./cgroup.js";
import { Container } from "./container.js";
import { connect, disconnect } from "./network.js";
import { machineId, placesOf } from "./places.js";
import { checkRequirements } from "./requirements.js";
import { mountRoot, unmountRoot } from "./root-file-system.js";
import { parseSubnet } from "./subnet.js";

/** @import { Host, Machine, MachineStatus, SshEndpoint } from "@docker-machine/driver-sdk" */
/** @import { options } from "./options.js" */

/**
 * @typedef {object} NspawnFields
 * @property {string} Id what all names outside are made from
 * @property {string | undefined} IPAddress
 * @property {string} SSHUser
 * @property {number} SSHPort
 * @property {string} SSHKeyPath
 */
/** @typedef {import("@docker-machine/driver-sdk").DriverState & NspawnFields} NspawnState */

const SSH_PORT = 22;

/**
 * Hosts in systemd-nspawn. Only a running host holds anything in the kernel: `start` makes processes, network and mounts, `stop` and
 * `kill` take them away, and what lasts is the machine's folder and its claim to an address.
 *
 * There is no `restart`: it would be `stop`, then `start`, which docker-machine does by itself.
 *
 * @extends {BaseDriver<typeof options, NspawnState>}
 */
export class NspawnDriver extends BaseDriver {
  #cgroupRoot;

  /**
   * @param {Machine<typeof options, NspawnState>} machine
   * @param {Host} host
   * @param {string} cgroupRoot
   */
  constructor(machine, host, cgroupRoot) {
    super(machine, host);
    this.#cgroupRoot = cgroupRoot;
  }

  /** @override */
  async preCreateCheck() {
    await checkRequirements(this.host, this.machine.options);
    if (await new Cgroup(this.#cgroupRoot, this.#places.cgroup).isPossible()) return;
    throw new DriverError("NSPAWN_CGROUPS_MISSING", `There are no control groups in ${this.#cgroupRoot}.`, {
      suggestions: ["mount -t cgroup2 none /sys/fs/cgroup"],
    });
  }

  /** @override */
  async create() {
    throwIfAborted(this.host.signal);
    await this.machine.persist({ Id: this.#places.id, SSHUser: "root", SSHPort: SSH_PORT });
    const { privateKeyPath } = await this.host.createSshKey();
    await this.machine.persist({ SSHKeyPath: privateKeyPath });
    await this.#run();
  }

  /** @override */
  async start() {
    if ((await this.status()) === "NotFound") {
      throw new DriverError("NSPAWN_MACHINE_MISSING", `The machine's disk ${this.#places.folder} does not exist.`, {
        suggestions: [`docker-machine rm ${this.machine.name}`],
      });
    }
    await this.#run();
  }

  /** @override */
  async stop() {
    const { stopTimeoutSeconds } = this.machine.options;
    const container = this.#container;
    await container.powerOff();
    try {
      await container.waitUntilStopped(stopTimeoutSeconds * 1000);
    } catch (error) {
      if (!isDriverError(error) || error.code !== "WAIT_TIMEOUT") throw error;
      this.host.log.warn(`It has not shut down within ${stopTimeoutSeconds} s, so it is killed.`);
    }
    await this.kill();
  }

  /**
   * Takes away what only a running host needs. A crash, or a restart of this computer, may have left any part of it.
   *
   * @override
   */
  async kill() {
    const { IPAddress: address } = this.machine.state;
    // It is persisted before anything else is made.
    if (address === undefined) return;
    await this.#container.end();
    await disconnect(this.host, this.#places, address);
    await unmountRoot(this.host, this.#places);
  }

  /** @override */
  async remove() {
    await this.kill();
    await releaseAddresses(this.#places);
    await rm(this.#places.folder, { recursive: true, force: true });
    await removeEmptyParents(this.#places);
    if (this.machine.state.IPAddress !== undefined) await this.machine.persist({ IPAddress: undefined });
  }

  /**
   * @override
   * @returns {Promise<MachineStatus>}
   */
  async status() {
    if (await this.#container.isRunning()) return "Running";
    return access(this.#places.folder).then(
      () => "Stopped",
      () => "NotFound",
    );
  }

  /**
   * @override
   * @returns {Promise<SshEndpoint>}
   */
  async sshEndpoint() {
    return this.sshEndpointFromState();
  }

  get #places() {
    return placesOf(this.machine.state.Id ?? machineId(this.machine.directory), this.machine.options.stateDirectory);
  }

  get #container() {
    const places = this.#places;
    return new Container(this.host, places, new Cgroup(this.#cgroupRoot, places.cgroup), join(this.machine.directory, "console.log"));
  }

  async #run() {
    if (await this.#container.isRunning()) return;
    await this.kill();
    const { image, subnet: cidr } = this.machine.options;
    const subnet = parseSubnet(cidr);
    const address = await claimAddress(this.#places, subnet);
    if (this.machine.state.IPAddress !== address) await this.machine.persist({ IPAddress: address });
    const { publicKey } = await this.host.createSshKey();
    this.host.progress("Preparing the host's disk");
    await mountRoot(this.host, this.#places, image, { hostname: this.machine.name, publicKey });
    this.host.progress("Connecting the host's network");
    await connect(this.host, this.#places, address, subnet);
    this.host.progress("Booting the host");
    await this.#container.boot();
  }
}
