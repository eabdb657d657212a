import {
  BaseDriver,
  DOCKER_TLS_PORT,
  DriverError,
  dockerUrl,
  type MachineStatus,
  type SshEndpoint,
  throwIfAborted,
} from "@docker-machine/driver-sdk";
import { exists } from "./exists.js";
import { machineFiles } from "./machine-files.js";
import type { qemuOptions } from "./options.js";
import type { QemuProcess } from "./qemu-process.js";
import type { QemuState } from "./state.js";

/** The parts of the driver that do outside work. They are loaded when they are needed, since `ls` loads the driver of each machine. */
const parts = {
  create: () => import("./create.js"),
  launch: () => import("./launch.js"),
  savedMemory: () => import("./saved-memory.js"),
  process: () => import("./machine-process.js"),
};

/**
 * Virtual machines in QEMU on this computer. A machine is a folder with a disk; while it runs, it is also one process, which outlives this one.
 *
 * There is no `restart`: it would be `stop`, then `start`, which docker-machine does by itself.
 */
export class QemuDriver extends BaseDriver<typeof qemuOptions, QemuState> {
  override async preCreateCheck(): Promise<void> {
    const { preCreateCheck } = await import("./pre-create-check.js");
    await preCreateCheck(this.machine, this.host);
  }

  override async create(): Promise<void> {
    throwIfAborted(this.host.signal);
    const { makeMachine } = await parts.create();
    await makeMachine(this.machine, this.host);
    await this.start();
  }

  override async start(): Promise<void> {
    const process = await this.#process();
    if (process === undefined || !(await exists(machineFiles(this.machine.directory).disk))) throw this.#missing();
    const { launch } = await parts.launch();
    await launch(process, this.machine, this.host);
  }

  /** Presses the power button. A guest that hasn't shut down in time loses its power. */
  override async stop(): Promise<void> {
    const process = await this.#process();
    if (process === undefined || (await process.pid()) === undefined) return;
    const seconds = this.machine.options.stopTimeout;
    if (await process.powerDown({ timeoutMs: seconds * 1000 })) return;
    this.host.log.warn(
      `It has not shut down within ${seconds} s, so its power is cut. More time: --qemu-stop-timeout, when a machine is created.`,
    );
    await process.terminate();
  }

  /** Cuts the power. Saved memory is dropped. */
  override async kill(): Promise<void> {
    const process = await this.#process();
    if (process === undefined) return;
    await process.terminate();
    if (this.machine.state.SavedMachineType === undefined) return;
    const { dropSavedMemory } = await parts.savedMemory();
    await dropSavedMemory(this.machine, this.host);
  }

  override async pause(): Promise<void> {
    const process = await this.#process();
    if (process === undefined) throw this.#missing();
    await process.pause();
  }

  /** Writes the memory into the disk's file. */
  override async save(): Promise<void> {
    const process = await this.#process();
    if (process === undefined) throw this.#missing();
    const { saveMemory } = await parts.savedMemory();
    await saveMemory(process, this.machine, this.host);
  }

  override async status(): Promise<MachineStatus> {
    throwIfAborted(this.host.signal);
    const process = await this.#process();
    if (process === undefined) return "NotFound";
    const status = await process.status();
    const isSaved = this.machine.state.SavedMachineType !== undefined;
    // While its memory is on disk, a process that is there is only just being saved or restored.
    if (status !== "Stopped") return isSaved && status !== "Running" ? "Saved" : status;
    if (!(await exists(machineFiles(this.machine.directory).disk))) return "NotFound";
    return isSaved ? "Saved" : "Stopped";
  }

  override async remove(): Promise<void> {
    const process = await this.#process();
    if (process === undefined) return;
    const { removeMachine } = await parts.create();
    await removeMachine(process, this.machine, this.host);
  }

  override async sshEndpoint(): Promise<SshEndpoint> {
    return this.sshEndpointFromState();
  }

  override async url(): Promise<string> {
    return dockerUrl(await this.address(), this.machine.state.EnginePort ?? DOCKER_TLS_PORT);
  }

  override async enginePort(): Promise<number> {
    return DOCKER_TLS_PORT;
  }

  /** The UUID is saved before anything is made: without it, there is no machine. */
  async #process(): Promise<QemuProcess | undefined> {
    if (this.machine.state.Uuid === undefined) return undefined;
    const { machineProcess } = await parts.process();
    return machineProcess(this.machine, this.host);
  }

  #missing(): DriverError {
    const { name, directory } = this.machine;
    return new DriverError("QEMU_MACHINE_MISSING", `The machine "${name}" has no disk at ${machineFiles(directory).disk}.`, {
      suggestions: [`docker-machine rm -y ${name}`],
    });
  }
}
