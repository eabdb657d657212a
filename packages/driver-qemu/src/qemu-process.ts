import { readFile, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { DriverError, type Host, isDriverError, type MachineStatus, waitFor } from "@docker-machine/driver-sdk";
import { commandLineOf } from "./command-line-of.js";
import { launchDaemon, launchDetached } from "./launch-qemu.js";
import { type Qmp, withQmp } from "./qmp.js";
import { type QmpEndpoint, removeEndpoint, withMonitorArguments } from "./qmp-endpoint.js";
import { runStateOf, statusOfRunState } from "./run-state.js";
import { isSystemError } from "./system-error.js";

/** What tells one machine's QEMU from all other processes. */
export interface QemuIdentity {
  /** For messages. */
  readonly machineName: string;
  /** The virtual machine's, in lower case with dashes: a random one, made once a machine and kept in its state. */
  readonly uuid: string;
  /** The machine's folder, where QEMU keeps `qemu.pid`, `qemu.log` and its monitor's socket or key. */
  readonly directory: string;
  readonly qmp: QmpEndpoint;
}

/** What {@link QemuProcess} needs of a driver's host. */
export type ProcessHost = Pick<Host, "run" | "log" | "signal" | "sleep">;

const STATUS_TIMEOUT_MS = 3000;
const QUIT_TIMEOUT_MS = 10_000;
const TERM_TIMEOUT_MS = 5000;
const KILL_TIMEOUT_MS = 10_000;
const PRESS_AGAIN_MS = 5000;

/**
 * The QEMU of one machine: a process that outlives this one. It is the process whose id the machine's pid file holds and whose command line has the machine's UUID and
 * pid file; and, before anything is asked of it, whose monitor tells the same UUID. So a pid file of a dead process, an id that was used again, a copied
 * store and another machine's socket are never taken for it.
 */
export class QemuProcess {
  readonly #identity: QemuIdentity;
  readonly #host: ProcessHost;

  constructor(identity: QemuIdentity, host: ProcessHost) {
    this.#identity = identity;
    this.#host = host;
  }

  /**
   * Starts QEMU in the background and returns when its monitor answers. Adds `-uuid`, `-pidfile`, `-D`, the monitor and `-daemonize` to `args`.
   * Does nothing if it is running already.
   *
   * @throws {DriverError} `QEMU_PORT_TAKEN` (choose another port and try again), `QEMU_START_FAILED` with QEMU's words, `OPERATION_ABORTED`: then it may be running
   */
  async start(program: string, args: readonly string[], platform: NodeJS.Platform = process.platform): Promise<void> {
    if ((await this.pid()) !== undefined) return;
    const { machineName, uuid, directory, qmp } = this.#identity;
    const logPath = join(directory, "qemu.log");
    await withMonitorArguments(qmp, async (monitorArgs) => {
      const launch = { machineName, program, args: [...args, "-uuid", uuid, "-pidfile", await this.#pidFile(), ...monitorArgs], logPath };
      if (platform === "win32") await launchDetached(launch, this.#host, () => this.#answers());
      else await launchDaemon(launch, this.#host);
    });
  }

  /** The process id, if this machine's QEMU is alive. Asks the system only, not QEMU. */
  async pid(): Promise<number | undefined> {
    const pid = await readPid(await this.#pidFile());
    return pid !== undefined && (await this.#isOurs(pid)) ? pid : undefined;
  }

  /** `Stopped` when there is no process; `Error` for a guest that crashed and for a QEMU that does not answer. */
  async status(): Promise<MachineStatus> {
    if ((await this.pid()) === undefined) return "Stopped";
    try {
      return statusOfRunState(await this.#runState(STATUS_TIMEOUT_MS));
    } catch (error) {
      if (!isDriverError(error) || error.code === "OPERATION_ABORTED") throw error;
      if ((await this.pid()) === undefined) return "Stopped";
      this.#host.log.debug(error.message);
      return "Error";
    }
  }

  /**
   * Runs `action` with this machine's monitor.
   *
   * @throws {DriverError} `QEMU_NOT_RUNNING`, `QMP_TIMEOUT`, `QMP_FOREIGN`, and whatever `action` throws
   */
  async withQmp<T>(action: (qmp: Qmp) => Promise<T>, options: { readonly connectTimeoutMs?: number } = {}): Promise<T> {
    const { machineName, uuid, qmp: endpoint } = this.#identity;
    if ((await this.pid()) === undefined) throw notRunning(machineName);
    return withQmp(
      endpoint,
      this.#host,
      async (qmp) => {
        const answer = await qmp.execute("query-uuid", {}, { timeoutMs: options.connectTimeoutMs ?? QUIT_TIMEOUT_MS });
        if (!JSON.stringify(answer).includes(uuid)) {
          throw new DriverError(
            "QMP_FOREIGN",
            `The QEMU that answers for "${machineName}" is another one: ${JSON.stringify(answer)}, not ${uuid}.`,
          );
        }
        return action(qmp);
      },
      options,
    );
  }

  /**
   * Presses the power button, again every few seconds, until QEMU has ended. A paused guest is woken first, since it could not notice.
   *
   * @returns whether it has ended in time; if not, the caller decides
   */
  async powerDown({ timeoutMs }: { readonly timeoutMs: number }): Promise<boolean> {
    const startedAt = performance.now();
    const pid = await this.pid();
    if (pid === undefined) return true;
    for (let sleptMs = 0; ; sleptMs += PRESS_AGAIN_MS) {
      const leftMs = timeoutMs - Math.max(performance.now() - startedAt, sleptMs);
      if (leftMs <= 0) return false;
      await this.#ask("system_powerdown", async (qmp) => {
        await wake(qmp);
        await qmp.execute("system_powerdown");
      });
      if (await this.#endsWithin(pid, Math.min(PRESS_AGAIN_MS, leftMs))) return true;
    }
  }

  /**
   * Ends QEMU at once: by its monitor, then by SIGTERM, then by SIGKILL; and removes its pid file and socket. Succeeds when there is none, and leaves the files of a dead one:
   * a QEMU that is only just being started may be writing its pid file.
   *
   * @throws {DriverError} `QEMU_NOT_PERMITTED` if it is another user's, `QEMU_UNKILLABLE`
   */
  async terminate(): Promise<void> {
    const pid = await this.pid();
    if (pid === undefined) return;
    await this.#end(pid);
    await rm(await this.#pidFile(), { force: true });
    await removeEndpoint(this.#identity.qmp);
  }

  /** Presses the reset button. */
  async reset(): Promise<void> {
    await this.withQmp((qmp) => qmp.execute("system_reset"));
  }

  /** Stops the virtual processors. */
  async pause(): Promise<void> {
    await this.withQmp((qmp) => qmp.execute("stop"));
  }

  /** Lets the virtual processors go on, and wakes a guest that put itself to sleep. */
  async resume(): Promise<void> {
    await this.withQmp(wake);
  }

  async #end(pid: number): Promise<void> {
    const isAsked = await this.#ask("quit", (qmp) => qmp.execute("quit"));
    if (isAsked && (await this.#endsWithin(pid, QUIT_TIMEOUT_MS))) return;
    for (const [signal, timeoutMs] of [
      ["SIGTERM", TERM_TIMEOUT_MS],
      ["SIGKILL", KILL_TIMEOUT_MS],
    ] as const) {
      await this.#signal(pid, signal);
      if (await this.#endsWithin(pid, timeoutMs)) return;
    }
    throw new DriverError("QEMU_UNKILLABLE", `QEMU of "${this.#identity.machineName}" (process ${pid}) does not end, not even killed.`);
  }

  /** Asks for something that may end QEMU, or that a hanging QEMU can't do. Returns whether it was heard. */
  async #ask(what: string, action: (qmp: Qmp) => Promise<unknown>): Promise<boolean> {
    try {
      await this.withQmp(action, { connectTimeoutMs: STATUS_TIMEOUT_MS });
      return true;
    } catch (error) {
      if (!isDriverError(error) || error.code === "OPERATION_ABORTED") throw error;
      this.#host.log.debug(`${what}: ${error.message}`);
      return error.code === "QMP_CLOSED" || error.code === "QEMU_NOT_RUNNING";
    }
  }

  async #signal(pid: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#host.log.debug(`Sending ${signal} to QEMU, process ${pid}`);
    try {
      if (await this.#isOurs(pid)) process.kill(pid, signal);
    } catch (cause) {
      if (isSystemError(cause, "ESRCH")) return;
      if (!isSystemError(cause, "EPERM")) throw cause;
      const message = `QEMU of "${this.#identity.machineName}" (process ${pid}) may not be ended by this user.`;
      throw new DriverError("QEMU_NOT_PERMITTED", message, { cause, suggestions: ["Use the user that started the machine, or sudo."] });
    }
  }

  /** The process id is this machine's when it is asked; from then on nobody else can have it until the process is gone as a whole, files and ports included. */
  async #endsWithin(pid: number, timeoutMs: number): Promise<boolean> {
    const { machineName } = this.#identity;
    const options = {
      description: `QEMU of "${machineName}" to end`,
      timeoutMs,
      intervalMs: 50,
      maxIntervalMs: 500,
      timeoutCode: "QEMU_UNKILLABLE",
    } as const;
    try {
      return await waitFor(this.#host, async () => !(await this.#isOurs(pid, { whileEnding: true })), options);
    } catch (error) {
      if (isDriverError(error) && error.code === "QEMU_UNKILLABLE") return false;
      throw error;
    }
  }

  async #isOurs(pid: number, { whileEnding = false } = {}): Promise<boolean> {
    const commandLine = await commandLineOf(pid, this.#host);
    if (commandLine === "") return whileEnding;
    return commandLine !== undefined && isCommandLineOf(commandLine, this.#identity.uuid, await this.#pidFile());
  }

  async #answers(): Promise<boolean> {
    if ((await this.pid()) === undefined) return false;
    await this.#runState(STATUS_TIMEOUT_MS);
    return true;
  }

  async #runState(connectTimeoutMs: number): Promise<string> {
    return this.withQmp(async (qmp) => runStateOf(await qmp.execute("query-status", {}, { timeoutMs: connectTimeoutMs })), {
      connectTimeoutMs,
    });
  }

  /** Without symbolic links, so that the same folder has one name, by whichever path it was reached. */
  async #pidFile(): Promise<string> {
    const { directory } = this.#identity;
    return join(await realpath(directory).catch(() => directory), "qemu.pid");
  }
}

/** Whether a command line is that of the QEMU that was started with this UUID and pid file. */
export function isCommandLineOf(commandLine: string, uuid: string, pidFile: string): boolean {
  return commandLine.includes(`-uuid ${uuid}`) && commandLine.includes(pidFile);
}

async function wake(qmp: Qmp): Promise<void> {
  const state = runStateOf(await qmp.execute("query-status"));
  if (state === "suspended") await qmp.execute("system_wakeup");
  else if (state !== "running") await qmp.execute("cont");
}

async function readPid(path: string): Promise<number | undefined> {
  try {
    const text = (await readFile(path, "utf8")).trim();
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  } catch (error) {
    if (isSystemError(error, "ENOENT")) return undefined;
    throw error;
  }
}

function notRunning(machineName: string): DriverError {
  return new DriverError("QEMU_NOT_RUNNING", `QEMU of "${machineName}" is not running.`, {
    suggestions: [`docker-machine start ${machineName}`],
  });
}
