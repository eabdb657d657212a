import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  BaseDriver,
  DriverError,
  type Host,
  type Machine,
  type MachineStatus,
  type SshEndpoint,
  throwIfAborted,
} from "@docker-machine/driver-sdk";
import { type Computer, thisComputer } from "./computer.js";
import { parseHostOnlyCidr } from "./host-only-cidr.js";
import { HostOnlyNetworks } from "./host-only-networks.js";
import { type AddressQuery, findAddress, waitForAddress } from "./machine-address.js";
import { type MachineFiles, machineFiles } from "./machine-files.js";
import { DEFAULT_HOST_ONLY_CIDR, type virtualBoxOptions } from "./options.js";
import type { VirtualBoxState } from "./state.js";
import { VBoxManage } from "./vboxmanage.js";
import { VirtualMachine } from "./virtual-machine.js";
import { startVm, withNetworkLock } from "./vm-start.js";
import { stopVm } from "./vm-stop.js";

/** The user of boot2docker, and the one that cloud images are told to make. */
const USER = "docker";

/** A virtual machine of VirtualBox on this computer. */
export class VirtualBoxDriver extends BaseDriver<typeof virtualBoxOptions, VirtualBoxState> {
  readonly #vbox: VBoxManage;
  readonly #computer: Computer;
  readonly #networks: HostOnlyNetworks;

  constructor(machine: Machine<typeof virtualBoxOptions, VirtualBoxState>, host: Host, computer: Computer = thisComputer) {
    super(machine, host);
    this.#computer = computer;
    this.#vbox = new VBoxManage(host);
    this.#networks = new HostOnlyNetworks(this.#vbox, host, computer);
  }

  override async preCreateCheck(): Promise<void> {
    const { checkBeforeCreate } = await import("./create.js");
    await checkBeforeCreate(this.#creation());
    await this.#networks.check(this.#cidr());
  }

  override async create(): Promise<void> {
    throwIfAborted(this.host.signal);
    const { createVm } = await import("./create.js");
    const status = await this.#knownStatus();
    if (status === "NotFound" || status === "Stopped") await createVm(this.#creation());
    this.host.log.info("Starting the VM...");
    await this.start();
  }

  override async remove(): Promise<void> {
    throwIfAborted(this.host.signal);
    if (!this.#mayExist()) return;
    const { removeVm, deleteFiles } = await import("./vm-removal.js");
    await removeVm(this.#vbox, this.host, this.#vm(), this.machine.directory);
    await deleteFiles(this.#files());
    await withNetworkLock(this.host, () => this.#networks.removeUnused());
  }

  override async status(): Promise<MachineStatus> {
    return this.#knownStatus();
  }

  override async start(): Promise<void> {
    const vm = this.#vm();
    await this.#rememberUuid(await vm.mustExist());
    const { UIType = "headless", SSHPort = 0, HostOnlyNicType = "82540EM", HostOnlyPromiscMode = "deny" } = this.machine.state;
    const startedAt = Math.floor(Date.now() / 1000);
    const before = await startVm({
      host: this.host,
      vm,
      networks: this.#networks,
      cidr: this.#cidr(),
      withDhcp: this.machine.state.HostOnlyNoDHCP !== true,
      hostOnlyNicType: HostOnlyNicType,
      promiscuous: HostOnlyPromiscMode,
      uiType: UIType,
      sshPort: SSHPort,
      persist: (changes) => this.machine.persist(changes),
    });
    const { IPAddress = "" } = this.machine.state;
    if (before !== "off" && IPAddress !== "") return;
    this.host.log.info("Waiting for an IP...");
    const address = await waitForAddress(this.#addressQuery(before === "off" ? startedAt : 0));
    await this.machine.persist({ IPAddress: address });
  }

  override async stop(): Promise<void> {
    const timeoutMs = this.machine.options.stopTimeout * 1000;
    await stopVm({ host: this.host, vm: this.#vm(), machineName: this.machine.name, timeoutMs });
    await this.#forgetAddress();
  }

  override async kill(): Promise<void> {
    const vm = this.#vm();
    const status = await vm.status();
    if (status === "Saved") await vm.command("discardstate");
    else if (status !== "Stopped") {
      await vm.mustExist();
      await vm.powerOff();
    }
    await this.#forgetAddress();
  }

  override async pause(): Promise<void> {
    const vm = this.#vm();
    const { state } = await vm.settled();
    if (state !== "paused") await vm.command("controlvm", "pause");
  }

  override async save(): Promise<void> {
    const vm = this.#vm();
    const { state } = await vm.settled();
    if (state !== "saved") await vm.command("controlvm", "savestate");
  }

  /** Over the forwarded port, as the Go program does: it answers before the host-only network does. */
  override async sshEndpoint(): Promise<SshEndpoint> {
    const { SSHPort = 0, SSHUser = "", SSHKeyPath = "" } = this.machine.state;
    if (SSHPort === 0) {
      throw new DriverError("MACHINE_NO_ADDRESS", `The machine "${this.machine.name}" has no forwarded SSH port yet.`, {
        suggestions: [`docker-machine start ${this.machine.name}`],
      });
    }
    const ownKey = join(this.machine.directory, "id_rsa");
    const key = SSHKeyPath !== "" && existsSync(SSHKeyPath) ? SSHKeyPath : existsSync(ownKey) ? ownKey : SSHKeyPath;
    return { host: "127.0.0.1", port: SSHPort, user: SSHUser === "" ? USER : SSHUser, ...(key === "" ? {} : { privateKeyPath: key }) };
  }

  override async address(): Promise<string> {
    const { IPAddress = "", SSHPort = 0 } = this.machine.state;
    const isKnown = IPAddress !== "" || SSHPort === 0 || (await this.#knownStatus()) !== "Running";
    const found = isKnown ? undefined : await findAddress(this.#addressQuery(0), "lease-and-login");
    return found ?? super.address();
  }

  /** Whether there may be a virtual machine: one of ours has a UUID, one of the Go program's what it saved. */
  #mayExist(): boolean {
    return this.machine.state.VMUUID !== undefined || this.machine.state.DiskSize !== undefined;
  }

  async #knownStatus(): Promise<MachineStatus> {
    throwIfAborted(this.host.signal);
    return this.#mayExist() ? this.#vm().status() : "NotFound";
  }

  #vm(): VirtualMachine {
    const { VMUUID, MachineName } = this.machine.state;
    return new VirtualMachine(this.#vbox, this.host, VMUUID ?? MachineName ?? this.machine.name);
  }

  /** The Go program knows its virtual machines by name only, which the user may change. */
  async #rememberUuid({ uuid }: { readonly uuid: string }): Promise<void> {
    if (this.machine.state.VMUUID === undefined && uuid !== "") await this.machine.persist({ VMUUID: uuid });
  }

  async #forgetAddress(): Promise<void> {
    if ((this.machine.state.IPAddress ?? "") !== "") await this.machine.persist({ IPAddress: "" });
  }

  #cidr() {
    return parseHostOnlyCidr(this.machine.state.HostOnlyCIDR ?? this.machine.options.hostOnlyCidr ?? DEFAULT_HOST_ONLY_CIDR);
  }

  #files(): MachineFiles {
    const { state, options, directory, name } = this.machine;
    const isBoot2docker = state.Image === undefined && (state.DiskSize !== undefined || options.boot2dockerUrl !== "");
    return machineFiles(directory, state.MachineName ?? name, isBoot2docker);
  }

  #addressQuery(since: number): AddressQuery {
    const { name } = this.machine;
    return { vbox: this.#vbox, host: this.host, vm: this.#vm(), machineName: name, ssh: () => this.sshEndpoint(), since };
  }

  #creation() {
    return { machine: this.machine, host: this.host, vbox: this.#vbox, computer: this.#computer, user: USER };
  }
}
