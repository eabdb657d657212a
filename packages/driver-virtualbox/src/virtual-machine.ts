import { DriverError, isDriverError, type MachineStatus, type WaitHost, waitFor } from "@docker-machine/driver-sdk";
import { parseVmInfo, type VmInfo } from "./output/vm-info.js";
import type { VBoxManage } from "./vboxmanage.js";
import { statusOfState } from "./vm-status.js";

const STATUS_TIMEOUT_MS = 30_000;
const SETTLE_TIMEOUT_MS = 60_000;

/** One virtual machine of VirtualBox. */
export class VirtualMachine {
  /** Its UUID, or its name where no UUID is known. */
  readonly id: string;
  readonly #vbox: VBoxManage;
  readonly #host: WaitHost;

  constructor(vbox: VBoxManage, host: WaitHost, id: string) {
    this.#vbox = vbox;
    this.#host = host;
    this.id = id;
  }

  /** What VirtualBox tells of it; `undefined` if it knows no such machine. */
  async info(): Promise<VmInfo | undefined> {
    try {
      return parseVmInfo(await this.#vbox.run(["showvminfo", this.id, "--machinereadable"], { timeoutMs: STATUS_TIMEOUT_MS }));
    } catch (error) {
      if (isDriverError(error) && error.code === "VIRTUALBOX_VM_MISSING") return undefined;
      throw error;
    }
  }

  /** @throws {DriverError} `VIRTUALBOX_VM_MISSING` */
  async mustExist(): Promise<VmInfo> {
    const info = await this.info();
    if (info !== undefined) return info;
    throw new DriverError("VIRTUALBOX_VM_MISSING", `VirtualBox does not know the virtual machine ${this.id}.`, {
      suggestions: ["VBoxManage list vms", "If it was deleted in VirtualBox, forget it here, too: docker-machine rm NAME"],
    });
  }

  async status(): Promise<MachineStatus> {
    const info = await this.info();
    return info === undefined ? "NotFound" : statusOfState(info.state);
  }

  /**
   * Waits until it neither starts nor stops.
   *
   * @throws {DriverError} `VIRTUALBOX_VM_BUSY`; `VIRTUALBOX_VM_MISSING`
   */
  async settled(): Promise<VmInfo> {
    return waitFor(
      this.#host,
      async () => {
        const info = await this.mustExist();
        return ["Starting", "Stopping"].includes(statusOfState(info.state)) ? undefined : info;
      },
      { description: "the virtual machine to end what it is doing", timeoutMs: SETTLE_TIMEOUT_MS, timeoutCode: "VIRTUALBOX_VM_BUSY" },
    );
  }

  /** `VBoxManage COMMAND VM …`. */
  async command(command: string, ...args: readonly string[]): Promise<string> {
    return this.#vbox.run([command, this.id, ...args]);
  }

  /** Cuts its power, if it runs. */
  async powerOff(): Promise<void> {
    await this.#controlIfRunning("poweroff");
  }

  /** Presses its power button (ACPI), if it runs. */
  async pressPowerButton(): Promise<void> {
    await this.#controlIfRunning("acpipowerbutton");
  }

  async #controlIfRunning(action: string): Promise<void> {
    try {
      await this.command("controlvm", action);
    } catch (error) {
      if (!isDriverError(error) || error.code !== "VIRTUALBOX_VM_NOT_RUNNING") throw error;
    }
  }

  /** Tells the guest's VBoxService something. */
  async guestProperty(name: string, value: string): Promise<void> {
    await this.#vbox.run(["guestproperty", "set", this.id, name, value]);
  }

  /** Offers a folder of this computer to the guest. */
  async sharedFolder(name: string, hostPath: string): Promise<void> {
    await this.#vbox.run(["sharedfolder", "add", this.id, "--name", name, "--hostpath", hostPath, "--automount"]);
  }

  /** Takes it, and the disks attached to it, off VirtualBox's list and off the disk. */
  async unregister(): Promise<void> {
    try {
      await this.#vbox.run(["unregistervm", this.id, "--delete"]);
    } catch (error) {
      // A disk that is gone keeps VirtualBox from deleting the rest.
      if (!isDriverError(error) || !["VIRTUALBOX_MEDIUM_MISSING", "VIRTUALBOX_COMMAND_FAILED"].includes(error.code)) throw error;
      if ((await this.info()) !== undefined) await this.#vbox.run(["unregistervm", this.id]);
    }
  }
}
