import { createHash } from "node:crypto";
import { join } from "node:path";

/**
 * All names and paths of one machine outside its own folder. They follow from the machine's id alone, so that what an interrupted
 * operation has made is found again even if nothing was persisted.
 *
 * @typedef {object} Places
 * @property {string} id
 * @property {string} stateDirectory
 * @property {string} addresses holds one symbolic link for each address in use, to the folder of its machine
 * @property {string} folder everything on disk that is this machine's alone
 * @property {string} seed files laid over the image, before the host first boots
 * @property {string} upper what the host has written
 * @property {string} work for the kernel's overlay file system
 * @property {string} root where image, seed and upper are mounted as one
 * @property {string} data folders of the host that can't be on an overlay
 * @property {string} pidFile holds the process id of systemd-nspawn
 * @property {string} namespace of the network
 * @property {string} networkInterface this computer's end of the cable to the host
 * @property {string} cgroup
 */

/** Paths of the host that must be on a plain file system, since Docker makes overlays in them. */
export const DATA_FOLDERS = /** @type {const} */ (["docker", "containerd"]);

/** What the names of all network interfaces of this driver begin with. */
export const INTERFACE_PREFIX = "dmn";

/**
 * Names a machine uniquely among all machine stores of this computer. Ten digits, since a network interface's name has at most 15 characters.
 *
 * @param {string} machineDirectory
 */
export function machineId(machineDirectory) {
  return createHash("sha256").update(machineDirectory).digest("hex").slice(0, 10);
}

/**
 * @param {string} id
 * @param {string} stateDirectory
 * @returns {Places}
 */
export function placesOf(id, stateDirectory) {
  const folder = join(stateDirectory, "machines", id);
  return {
    id,
    stateDirectory,
    addresses: join(stateDirectory, "addresses"),
    folder,
    seed: join(folder, "seed"),
    upper: join(folder, "upper"),
    work: join(folder, "work"),
    root: join(folder, "root"),
    data: join(folder, "data"),
    pidFile: join(folder, "pid"),
    namespace: `${INTERFACE_PREFIX}-${id}`,
    networkInterface: `${INTERFACE_PREFIX}${id}`,
    cgroup: `docker-machine-nspawn-${id}`,
  };
}
