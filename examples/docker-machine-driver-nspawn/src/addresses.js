import { mkdir, readdir, readlink, rmdir, symlink, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DriverError } from "@docker-machine/driver-sdk";
import { isSystemError } from "./file-errors.js";

/** @import { Places } from "./places.js" */
/** @import { Subnet } from "./subnet.js" */

const FOLDER_TRIES = 5;

/**
 * Makes the machine's folder and claims an address for it, or returns the one it has. An address is claimed by a symbolic link of its
 * name, which the file system lets only one process make.
 *
 * @param {Places} places
 * @param {Subnet} subnet
 * @returns {Promise<string>}
 * @throws {DriverError} `NSPAWN_SUBNET_FULL`
 */
export async function claimAddress(places, subnet) {
  await makeFolder(places.folder);
  const [claimed] = await claimedAddresses(places);
  if (claimed !== undefined) return claimed;
  await makeFolder(places.addresses);
  for (const address of candidates(places, subnet)) {
    if (await claim(places, address)) return address;
  }
  throw new DriverError("NSPAWN_SUBNET_FULL", `All ${subnet.hostAddresses.length} addresses of ${subnet.cidr} are in use.`, {
    suggestions: ["Remove machines that are no longer needed: docker-machine ls", "Choose another network: --nspawn-subnet 172.29.65.0/24"],
  });
}

/**
 * Gives the machine's addresses back, and removes folders that this leaves empty.
 *
 * @param {Places} places
 */
export async function releaseAddresses(places) {
  for (const address of await claimedAddresses(places)) await unlink(join(places.addresses, address));
  await removeIfEmpty(places.addresses);
}

/**
 * Removes the folders above the machine's own, as far as they are empty.
 *
 * @param {Places} places
 */
export async function removeEmptyParents(places) {
  await removeIfEmpty(dirname(places.folder));
  await removeIfEmpty(places.stateDirectory);
}

/**
 * @param {Places} places
 * @returns {Promise<string[]>}
 */
async function claimedAddresses(places) {
  const names = await readdir(places.addresses).catch(emptyIfMissing);
  const owners = await Promise.all(names.map(async (name) => readlink(join(places.addresses, name)).catch(() => "")));
  return names.filter((_, index) => basename(owners[index] ?? "") === places.id);
}

/**
 * Hosts begin their search at different places, so that an address is not given to another host at once after its release.
 *
 * @param {Places} places
 * @param {Subnet} subnet
 */
function candidates(places, { hostAddresses }) {
  const start = Number.parseInt(places.id, 16) % hostAddresses.length;
  return [...hostAddresses.slice(start), ...hostAddresses.slice(0, start)];
}

/**
 * @param {Places} places
 * @param {string} address
 * @returns {Promise<boolean>} false if another machine has it
 */
async function claim(places, address) {
  try {
    await symlink(join("..", "machines", places.id), join(places.addresses, address));
    return true;
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false;
    // The folder was empty, and another machine's removal has just removed it.
    if (!isSystemError(error, "ENOENT")) throw error;
    await makeFolder(places.addresses);
    return claim(places, address);
  }
}

/** @param {string} path */
async function makeFolder(path) {
  for (let attempt = 1; ; attempt++) {
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
      return;
    } catch (error) {
      // As above: a parent was removed between its making and its use.
      if (!isSystemError(error, "ENOENT") || attempt === FOLDER_TRIES) throw error;
    }
  }
}

/** @param {string} path */
async function removeIfEmpty(path) {
  await rmdir(path).catch((error) => {
    if (!isSystemError(error, "ENOENT", "ENOTEMPTY", "EEXIST", "EBUSY")) throw error;
  });
}

/**
 * @param {unknown} error
 * @returns {string[]}
 */
function emptyIfMissing(error) {
  if (isSystemError(error, "ENOENT")) return [];
  throw error;
}
