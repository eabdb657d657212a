import type { Host, MachineStatus } from "@docker-machine/driver-sdk";
import type { Qmp } from "./qmp.js";
import type { QmpEndpoint } from "./qmp-endpoint.js";

/** What tells one machine's QEMU from all other processes. */
export interface QemuIdentity {
  /** For messages. */
  readonly machineName: string;
  /** The virtual machine's, in lower case with dashes; a random one a machine, kept in its state. */
  readonly uuid: string;
  /** The machine's folder; `qemu.pid` is in it. */
  readonly directory: string;
  readonly qmp: QmpEndpoint;
}

/** What {@link QemuProcess} needs of a driver's host. */
export type ProcessHost = Pick<Host, "run" | "log" | "signal" | "sleep" | "progress">;

/** The QEMU of one machine: a process that outlives this one, and is known by its pid file, its command line's UUID, and QMP; never by its name. */
export class QemuProcess {
  readonly identity: QemuIdentity;
  readonly #host: ProcessHost;

  constructor(identity: QemuIdentity, host: ProcessHost) {
    this.identity = identity;
    this.#host = host;
  }

  /**
   * Starts QEMU in the background and returns when its monitor answers. Adds `-daemonize` (or a detached start on Windows), `-pidfile`, `-uuid`, `-D` and the
   * monitor's `-chardev` and `-mon` to `args`; the caller gives all the rest, `-display none` included. Does nothing if it is running already.
   *
   * @throws {DriverError} `QEMU_PORT_TAKEN` if a forwarded port can't be bound (choose another and try again), `QEMU_START_FAILED` with QEMU's words, `QEMU_NOT_RESPONDING`
   */
  async start(_program: string, _args: readonly string[]): Promise<void> {
    throw new Error(`not written yet ${typeof this.#host}`);
  }

  /** The process id, if this machine's QEMU is alive; `undefined` for a dead pid file, a reused pid, another machine's QEMU. Cheap: no QMP. */
  async pid(): Promise<number | undefined> {
    throw new Error("not written yet");
  }

  /** `Stopped` when there is no process, `Running`, `Paused`, `Stopping`, `Error` (a crashed guest, or a QEMU that doesn't answer). */
  async status(): Promise<MachineStatus> {
    throw new Error("not written yet");
  }

  /**
   * Runs `action` with this machine's monitor, after `query-uuid` has shown that it is this machine's.
   *
   * @throws {DriverError} `QEMU_NOT_RUNNING`, `QEMU_NOT_RESPONDING`, and whatever `action` throws
   */
  async withQmp<T>(_action: (qmp: Qmp) => Promise<T>): Promise<T> {
    throw new Error("not written yet");
  }

  /**
   * Presses the power button, again every few seconds, until QEMU has ended. A paused guest is woken first.
   *
   * @returns whether it has ended in time; if not, the caller decides
   */
  async powerDown(_options: { readonly timeoutMs: number }): Promise<boolean> {
    throw new Error("not written yet");
  }

  /** Ends QEMU at once: QMP `quit`, then SIGTERM, then SIGKILL, each with a deadline; then removes the pid file and the socket. Succeeds when there is none. */
  async terminate(): Promise<void> {
    throw new Error("not written yet");
  }

  /** Presses the reset button. */
  async reset(): Promise<void> {
    throw new Error("not written yet");
  }

  /** Stops the virtual processors. */
  async pause(): Promise<void> {
    throw new Error("not written yet");
  }

  /** Lets the virtual processors go on. */
  async resume(): Promise<void> {
    throw new Error("not written yet");
  }
}
