import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DriverError, isDriverError } from "@docker-machine/driver-sdk";
import { isSystemError } from "./file-errors.js";
import { INTERFACE_PREFIX } from "./places.js";

/** @import { Host } from "@docker-machine/driver-sdk" */
/** @import { NspawnOptions } from "./options.js" */

/** Programs, what tells that they are there, and the Debian packages that hold them. */
const PROGRAMS = /** @type {const} */ ([
  ["systemd-nspawn", "--version", "systemd-container"],
  ["ip", "-Version", "iproute2"],
  ["iptables", "--version", "iptables"],
  ["sysctl", "--version", "procps"],
  ["setsid", "--version", "util-linux"],
]);

/** Files that an image must have. */
const IMAGE_FILES = /** @type {const} */ (["usr/lib/systemd/systemd", "usr/sbin/sshd"]);

/**
 * Checks that a host could be made here. It changes nothing.
 *
 * @param {Host} host
 * @param {NspawnOptions} options
 */
export async function checkRequirements(host, options) {
  await checkPrograms(host);
  await checkRoot(host);
  await checkImage(options.image);
  await checkDisk(host, options.stateDirectory);
  await checkSubnet(host, options.subnet);
}

/** @param {Host} host */
async function checkPrograms(host) {
  for (const [program, flag, packageName] of PROGRAMS) {
    try {
      await host.run(program, [flag]);
    } catch (error) {
      if (!isDriverError(error) || error.code !== "COMMAND_NOT_FOUND") throw error;
      throw new DriverError("NSPAWN_PROGRAM_MISSING", `The program ${program} is needed, but it was not found.`, {
        cause: error,
        suggestions: [`sudo apt-get install ${packageName}`],
      });
    }
  }
}

/** @param {Host} host */
async function checkRoot(host) {
  const { stdout } = await host.run("id", ["--user"]);
  if (stdout.trim() === "0") return;
  throw new DriverError("NSPAWN_ROOT_NEEDED", "Containers, mounts and network interfaces can be made by root only.", {
    suggestions: ["Run docker-machine as root."],
  });
}

/** @param {string} image */
async function checkImage(image) {
  for (const file of IMAGE_FILES) {
    try {
      await access(join(image, file));
    } catch (cause) {
      throw new DriverError("NSPAWN_IMAGE_UNFIT", `--nspawn-image is ${image}, but there is no ${file} in it.`, {
        cause,
        suggestions: [`mmdebstrap --include=systemd-sysv,dbus,openssh-server,sudo,curl,ca-certificates,iproute2 bookworm ${image}`],
      });
    }
  }
}

/**
 * The kernel takes no overlay as the writable layer of another.
 *
 * @param {Host} host
 * @param {string} stateDirectory
 */
async function checkDisk(host, stateDirectory) {
  const existing = await nearestExisting(stateDirectory);
  const { stdout } = await host.run("stat", ["--file-system", "--format=%T", existing]);
  if (stdout.trim() !== "overlayfs") return;
  throw new DriverError("NSPAWN_STATE_DIRECTORY_UNFIT", `${stateDirectory} is on an overlay file system, where hosts' disks can't be.`, {
    suggestions: ["Choose a folder on another file system: --nspawn-state-directory PATH"],
  });
}

/**
 * @param {string} path
 * @returns {Promise<string>}
 */
async function nearestExisting(path) {
  try {
    await access(path);
    return path;
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error;
    return nearestExisting(dirname(path));
  }
}

/**
 * @param {Host} host
 * @param {string} subnet
 */
async function checkSubnet(host, subnet) {
  const { stdout } = await host.run("ip", ["-4", "-json", "route", "show", "root", subnet]);
  /** @type {{ dst: string, dev?: string }[]} */
  const routes = stdout.trim() === "" ? [] : JSON.parse(stdout);
  const other = routes.find((route) => route.dev?.startsWith(INTERFACE_PREFIX) !== true);
  if (other === undefined) return;
  throw new DriverError(
    "NSPAWN_SUBNET_TAKEN",
    `--nspawn-subnet is ${subnet}, but this computer reaches ${other.dst} through ${other.dev}.`,
    {
      suggestions: ["Choose a network that is not in use: --nspawn-subnet 172.29.65.0/24"],
    },
  );
}
