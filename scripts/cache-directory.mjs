import { homedir } from "node:os";
import { join } from "node:path";

/** Where what is slow to build is kept: `$DOCKER_MACHINE_CACHE`, or a folder of the user's cache. */
export function cacheDirectory() {
  const { DOCKER_MACHINE_CACHE, XDG_CACHE_HOME } = process.env;
  return DOCKER_MACHINE_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "docker-machine-development");
}
