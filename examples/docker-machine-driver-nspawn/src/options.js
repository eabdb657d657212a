import { DriverError } from "@docker-machine/driver-sdk";
import { parseSubnet } from "./subnet.js";

/** What the user can choose. */
export const options = /** @type {const} */ ({
  image: {
    type: "string",
    flag: "nspawn-image",
    env: "NSPAWN_IMAGE",
    required: true,
    usage: "Folder of a Debian root file system with systemd and an SSH server; it is never written to",
  },
  subnet: {
    type: "string",
    flag: "nspawn-subnet",
    env: "NSPAWN_SUBNET",
    default: "172.29.64.0/24",
    usage: "Private IPv4 network that hosts get their addresses from, as ADDRESS/PREFIX",
  },
  stateDirectory: {
    type: "string",
    flag: "nspawn-state-directory",
    env: "NSPAWN_STATE_DIRECTORY",
    default: "/var/lib/docker-machine-nspawn",
    usage: "Folder for the hosts' disks; it must not be on an overlay file system",
  },
  stopTimeoutSeconds: {
    type: "integer",
    flag: "nspawn-stop-timeout",
    env: "NSPAWN_STOP_TIMEOUT",
    default: 60,
    minimum: 1,
    usage: "Seconds that a host gets for shutting down before it is killed",
  },
});

/** @typedef {import("@docker-machine/driver-sdk").OptionValues<typeof options>} NspawnOptions */

/**
 * @param {NspawnOptions} values
 * @throws {DriverError} `OPTION_INVALID`
 */
export function checkOptions(values) {
  checkFolder("nspawn-image", values.image);
  checkFolder("nspawn-state-directory", values.stateDirectory);
  parseSubnet(values.subnet);
}

/**
 * Mount options and `--bind` separate paths by these characters.
 *
 * @param {string} flag
 * @param {string} path
 */
function checkFolder(flag, path) {
  if (/^\/[^:,\\"\s]*$/.test(path)) return;
  throw new DriverError(
    "OPTION_INVALID",
    `--${flag} is ${JSON.stringify(path)}, but it must be an absolute path without spaces, quotes, colons, commas and backslashes.`,
  );
}
