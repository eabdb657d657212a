import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DriverError } from "@docker-machine/driver-sdk";

/** @import { ConformanceWorld } from "@docker-machine/driver-sdk/testing" */
/** @typedef {Partial<import("@docker-machine/driver-sdk").RunResult>} Result */

const MISSING = { exitCode: 1, stderr: "it does not exist" };
const SUPERVISOR = 4000;

/**
 * The parts of a Linux kernel that the driver changes, played in memory and in a temporary folder. Like the kernel, it refuses to make
 * what exists and to remove what does not.
 *
 * @implements {ConformanceWorld}
 */
export class FakeKernel {
  flags;
  #folder;
  #cgroupRoot;
  /** @type {Set<string>} */
  #things = new Set();
  /** @type {Map<string, string>} control group file by process id */
  #processes = new Map();

  /**
   * @param {string} folder
   * @param {string} cgroupRoot
   */
  constructor(folder, cgroupRoot) {
    this.#folder = folder;
    this.#cgroupRoot = cgroupRoot;
    this.flags = { "nspawn-image": join(folder, "image"), "nspawn-state-directory": join(folder, "state") };
  }

  /** @param {string} cgroupRoot a folder made by {@link makeCgroupRoot} */
  static async make(cgroupRoot) {
    const folder = await mkdtemp(join(tmpdir(), "fake-kernel-"));
    for (const file of ["usr/lib/systemd/systemd", "usr/sbin/sshd"]) {
      await mkdir(dirname(join(folder, "image", file)), { recursive: true });
      await writeFile(join(folder, "image", file), "");
    }
    return new FakeKernel(folder, cgroupRoot);
  }

  async residue() {
    const files = await readdir(join(this.#folder, "state"), { recursive: true }).catch(() => []);
    return [...this.#things, ...this.#processes.keys(), ...(await this.#groups()), ...files];
  }

  async dispose() {
    await rm(this.#folder, { recursive: true, force: true });
    for (const group of await this.#groups()) await rm(join(this.#cgroupRoot, "pids", group), { recursive: true });
  }

  async #groups() {
    return (await readdir(join(this.#cgroupRoot, "pids"))).filter((name) => name !== "cgroup.procs");
  }

  /**
   * @param {string} file
   * @param {readonly string[]} args
   * @returns {Promise<Result>}
   */
  run = async (file, args) => {
    if (args[0] === "--version") return {};
    switch (file) {
      case "ip":
        return this.#ip(args);
      case "iptables":
        return this.#iptables(args);
      case "mount":
        return this.#add(`mount ${args.at(-1)}`);
      case "umount":
        return this.#remove(`mount ${args[0]}`);
      case "mountpoint":
        return { exitCode: this.#things.has(`mount ${args.at(-1)}`) ? 0 : 32 };
      case "setsid":
        return this.#launch(args);
      case "kill":
        return this.#kill(args.slice(2));
      case "rmdir":
        return this.#removeGroups(args);
      case "id":
        return { stdout: "0\n" };
      case "stat":
        return { stdout: "ext2/ext3\n" };
      case "sysctl":
        return {};
      default:
        throw new DriverError("COMMAND_NOT_FOUND", `The fake kernel has no program ${file}.`);
    }
  };

  /**
   * @param {readonly string[]} args
   * @returns {Result}
   */
  #ip(args) {
    const words = args.filter((word) => !word.startsWith("-"));
    const [object, command, name = ""] = words;
    if (args[0] === "-netns") return this.#things.has(`namespace ${object}`) ? {} : MISSING;
    switch (`${object} ${command}`) {
      case "netns add":
        return this.#add(`namespace ${name}`);
      case "netns delete":
        return this.#remove(`namespace ${name}`);
      case "netns list":
        return {
          stdout: [...this.#things]
            .filter((thing) => thing.startsWith("namespace "))
            .map((thing) => `${thing.slice(10)} (id: 0)\n`)
            .join(""),
        };
      case "netns pids":
        return { stdout: [...this.#processes.keys()].join("\n") };
      case "link add":
        return this.#add(`link ${name}`);
      case "link delete":
        return this.#remove(`link ${name}`);
      case "link show":
        return this.#things.has(`link ${words[3]}`) ? {} : MISSING;
      default:
        return {};
    }
  }

  /**
   * @param {readonly string[]} args
   * @returns {Result}
   */
  #iptables(args) {
    const [, , table, command, ...rule] = args;
    const name = `rule ${[table, ...rule].join(" ")}`;
    if (command === "--insert") return this.#add(name);
    if (command === "--delete") return this.#remove(name);
    return this.#things.has(name) ? {} : MISSING;
  }

  /**
   * @param {readonly string[]} args `--fork /bin/sh LAUNCHER CONSOLE PID_FILE CGROUP_PROCS... -- PROGRAM...`
   * @returns {Promise<Result>}
   */
  async #launch(args) {
    const [, , , , pidFile = "", ...rest] = args;
    const [group = ""] = rest.slice(0, rest.indexOf("--"));
    const pids = [SUPERVISOR, SUPERVISOR + 1];
    await writeFile(pidFile, `${SUPERVISOR}\n`);
    await writeFile(group, pids.map((pid) => `${pid}\n`).join(""));
    for (const pid of pids) this.#processes.set(String(pid), group);
    return {};
  }

  /**
   * When systemd-nspawn gets any signal, all its processes end.
   *
   * @param {readonly string[]} pids
   * @returns {Promise<Result>}
   */
  async #kill(pids) {
    const group = this.#processes.get(pids[0] ?? "");
    if (group === undefined) return MISSING;
    this.#processes.clear();
    await writeFile(group, "");
    return {};
  }

  /**
   * @param {readonly string[]} folders
   * @returns {Promise<Result>}
   */
  async #removeGroups(folders) {
    if (this.#processes.size > 0) return { exitCode: 1, stderr: "Device or resource busy" };
    for (const folder of folders) await rm(folder, { recursive: true });
    return {};
  }

  /**
   * @param {string} thing
   * @returns {Result}
   */
  #add(thing) {
    if (this.#things.has(thing)) return { exitCode: 2, stderr: `${thing} exists` };
    this.#things.add(thing);
    return {};
  }

  /**
   * @param {string} thing
   * @returns {Result}
   */
  #remove(thing) {
    return this.#things.delete(thing) ? {} : MISSING;
  }
}

/** A folder that looks like cgroup v1 with one hierarchy. */
export async function makeCgroupRoot() {
  const root = await mkdtemp(join(tmpdir(), "fake-cgroup-"));
  await mkdir(join(root, "pids"));
  await writeFile(join(root, "pids", "cgroup.procs"), "");
  return root;
}
