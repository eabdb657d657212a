import { open, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DriverError, waitFor } from "@docker-machine/driver-sdk";
import { isSystemError } from "./file-errors.js";
import { DATA_FOLDERS } from "./places.js";

/** @import { Host } from "@docker-machine/driver-sdk" */
/** @import { Cgroup } from "./cgroup.js" */
/** @import { Places } from "./places.js" */

const LAUNCHER = fileURLToPath(new URL("launch.sh", import.meta.url));
/** One folder for each container, of what is mounted into it while it runs. */
const NSPAWN_PROPAGATED = "/run/systemd/nspawn/propagate";
const BOOT_TIMEOUT_MS = 30_000;
const END_TIMEOUT_MS = 30_000;
const SHOWN_CONSOLE_LINES = 10;

/**
 * The host may set kernel parameters, as Docker does. What systemd-nspawn locks is already this machine's alone, and a killed one would
 * leave its lock file behind.
 *
 * @type {Readonly<Record<string, string>>}
 */
const NSPAWN_ENVIRONMENT = { SYSTEMD_NSPAWN_API_VFS_WRITABLE: "yes", SYSTEMD_NSPAWN_LOCK: "0" };

/** The host's processes: systemd-nspawn, and all that it runs. */
export class Container {
  #host;
  #places;
  #cgroup;
  #consolePath;

  /**
   * @param {Host} host
   * @param {Places} places
   * @param {Cgroup} cgroup
   * @param {string} consolePath the file that the console's output is added to
   */
  constructor(host, places, cgroup, consolePath) {
    this.#host = host;
    this.#places = places;
    this.#cgroup = cgroup;
    this.#consolePath = consolePath;
  }

  /** @returns {Promise<boolean>} */
  async isRunning() {
    return (await this.#cgroup.processes()).length > 0;
  }

  /**
   * Boots the host, in processes that outlive this one, and waits until its init is started.
   *
   * @throws {DriverError} `NSPAWN_BOOT_FAILED`, with the console's last lines
   */
  async boot() {
    const groups = await this.#cgroup.create();
    await (await open(this.#consolePath, "a", 0o600)).close();
    const program = ["systemd-nspawn", ...nspawnArguments(this.#places)];
    await this.#host.run("setsid", ["--fork", "/bin/sh", LAUNCHER, this.#consolePath, this.#places.pidFile, ...groups, "--", ...program], {
      env: NSPAWN_ENVIRONMENT,
    });
    const description = `${this.#places.namespace} to boot`;
    await waitFor(this.#host, () => this.#hasBooted(), { description, timeoutMs: BOOT_TIMEOUT_MS, intervalMs: 50 });
  }

  /** Asks the host to shut down. */
  async powerOff() {
    const supervisor = await this.#supervisor();
    if (supervisor !== undefined) await this.#signal("TERM", [supervisor]);
  }

  /**
   * @param {number} timeoutMs
   * @throws {DriverError} `WAIT_TIMEOUT`
   */
  async waitUntilStopped(timeoutMs) {
    const options = { description: `${this.#places.namespace} to shut down`, timeoutMs, intervalMs: 50, maxIntervalMs: 500 };
    await waitFor(this.#host, async () => !(await this.isRunning()), options);
  }

  /**
   * Ends all of the host's processes at once, and removes what they ran in. A process that is only just being launched ends by itself,
   * as soon as it finds no control group to enter.
   */
  async end() {
    const options = { description: `${this.#places.namespace} to end`, timeoutMs: END_TIMEOUT_MS, intervalMs: 20, maxIntervalMs: 500 };
    await waitFor(this.#host, () => this.#hasEnded(), options);
    await rmdir(join(NSPAWN_PROPAGATED, this.#places.namespace)).catch((error) => {
      if (!isSystemError(error, "ENOENT")) throw error;
    });
  }

  /** @returns {Promise<boolean>} */
  async #hasEnded() {
    const processes = await this.#cgroup.processes();
    if (processes.length > 0) await this.#signal("KILL", processes);
    const folders = await this.#cgroup.folders();
    // The kernel refuses while a process is still ending.
    if (folders.length > 0) await this.#host.run("rmdir", folders, { acceptedExitCodes: [0, 1] });
    return (await this.#cgroup.folders()).length === 0;
  }

  /** @returns {Promise<boolean>} */
  async #hasBooted() {
    if (!(await this.isRunning())) throw await this.#bootFailed();
    const { stdout } = await this.#host.run("ip", ["netns", "pids", this.#places.namespace]);
    return stdout.trim() !== "";
  }

  async #bootFailed() {
    const lines = (await readFile(this.#consolePath, "utf8")).trimEnd().split("\n").slice(-SHOWN_CONSOLE_LINES);
    return new DriverError(
      "NSPAWN_BOOT_FAILED",
      `systemd-nspawn has ended while the host was booting. Its last words: ${lines.join("\n")}`,
      {
        suggestions: [`Read the whole console: ${this.#consolePath}`],
      },
    );
  }

  /**
   * The process id of systemd-nspawn itself. The file may be old, so the id counts only while it is in the control group.
   *
   * @returns {Promise<number | undefined>}
   */
  async #supervisor() {
    try {
      const pid = Number(await readFile(this.#places.pidFile, "utf8"));
      return (await this.#cgroup.processes()).includes(pid) ? pid : undefined;
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  /**
   * @param {"TERM" | "KILL"} name
   * @param {readonly number[]} processes some of which may have ended meanwhile
   */
  async #signal(name, processes) {
    await this.#host.run("kill", ["-s", name, ...processes.map(String)], { acceptedExitCodes: [0, 1] });
  }
}

/**
 * @param {Places} places
 * @returns {string[]}
 */
function nspawnArguments({ namespace, root, data }) {
  return [
    `--machine=${namespace}`,
    `--directory=${root}`,
    "--boot",
    "--quiet",
    // No systemd is needed on this computer, neither to register with nor to be given a unit by.
    "--register=no",
    "--keep-unit",
    "--link-journal=no",
    `--network-namespace-path=/run/netns/${namespace}`,
    "--resolv-conf=off",
    "--console=pipe",
    "--kill-signal=SIGRTMIN+4",
    // What Docker needs: every capability, and the system calls that runc makes and systemd-nspawn filters.
    "--capability=all",
    "--system-call-filter=@keyring",
    "--system-call-filter=bpf",
    ...DATA_FOLDERS.map((name) => `--bind=${join(data, name)}:/var/lib/${name}`),
  ];
}
