import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DATA_FOLDERS } from "./places.js";
import { writeSeed } from "./seed.js";

/** @import { Host } from "@docker-machine/driver-sdk" */
/** @import { Places } from "./places.js" */

/**
 * Mounts the host's root: the image, untouched, below what is the machine's own. It must not be mounted yet.
 *
 * @param {Host} host
 * @param {Places} places
 * @param {string} image
 * @param {{ hostname: string, publicKey: string }} identity
 */
export async function mountRoot(host, places, image, identity) {
  const { seed, upper, work, root, data } = places;
  await writeSeed(seed, identity);
  for (const folder of [upper, work, root, ...DATA_FOLDERS.map((name) => join(data, name))]) await mkdir(folder, { recursive: true });
  const layers = `lowerdir=${seed}:${image},upperdir=${upper},workdir=${work}`;
  await host.run("mount", ["--types", "overlay", "--options", layers, "docker-machine-nspawn", root]);
}

/**
 * Unmounts what {@link mountRoot} mounted, if it is.
 *
 * @param {Host} host
 * @param {Places} places
 */
export async function unmountRoot(host, { root }) {
  // mountpoint says 32 for a folder that is none, and 1 for one that does not exist.
  const { exitCode } = await host.run("mountpoint", ["--quiet", root], { acceptedExitCodes: [0, 1, 32] });
  if (exitCode === 0) await host.run("umount", [root]);
}
